/// What a browser was given to keep, and gives back (RFC 6265).
extension Fields {
    /// A cookie's value.
    ///
    /// - Returns: nil where it isn't there, or is there more than once: which of them is ours would be anybody's guess.
    package func cookie(_ name: StaticString) -> [UInt8]? {
        let start = Array("\(name)=".utf8)
        let found = values(of: .cookie).flatMap { listElements($0.bytes, separatedBy: UInt8(ascii: ";")) }
            .filter { $0.starts(with: start) }
        return found.count == 1 ? found.first.map { Array($0.dropFirst(start.count)) } : nil
    }
}

/// A cookie for the whole of this server and nobody else (the prefix `__Host-`), sent by TLS only, out of the reach of scripts, and
/// with no request that another server's page has caused.
package enum OwnCookie {
    /// - Parameters:
    ///   - name: begins with `__Host-`.
    ///   - value: of letters and digits.
    package static func setting(_ name: StaticString, to value: String) -> FieldValue {
        FieldValue("\(name)=\(value); \(attributes)") ?? ""
    }

    package static func removing(_ name: StaticString) -> FieldValue {
        FieldValue("\(name)=; Max-Age=0; \(attributes)") ?? ""
    }

    private static let attributes = "Path=/; Secure; HttpOnly; SameSite=Strict"
}
