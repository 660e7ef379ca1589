/// What a request wants done. Methods are told apart by case (RFC 9110, section 9.1).
package struct Method: Hashable, Sendable, CustomStringConvertible {
    package static let get = Method(known: "GET")
    package static let head = Method(known: "HEAD")
    package static let put = Method(known: "PUT")
    package static let post = Method(known: "POST")
    package static let patch = Method(known: "PATCH")
    package static let delete = Method(known: "DELETE")
    package static let options = Method(known: "OPTIONS")

    /// The method as it came.
    package let description: String

    /// Fails unless the name is a token.
    package init?(_ name: some Collection<UInt8>) {
        guard !name.isEmpty, name.allSatisfy(isTokenByte) else { return nil }
        description = String(decoding: name, as: UTF8.self)
    }

    private init(known name: String) {
        description = name
    }
}
