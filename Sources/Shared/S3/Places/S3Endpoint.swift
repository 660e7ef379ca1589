/// Where an S3 engine answers: a scheme, a host and perhaps a port, as `https://s3.example.org` or `http://127.0.0.1:7480`.
package struct S3Endpoint: Hashable, Sendable {
    /// Whether it is spoken to over TLS.
    package let isProtected: Bool
    /// In small letters.
    package let host: String
    /// Nil: the scheme's usual one.
    package let port: UInt16?

    /// - Returns: nil for anything else, a path behind the host included.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3 || parts.count == 4 && parts[3].isEmpty, parts[1].isEmpty,
            ["http:", "https:"].contains(parts[0].lowercased())
        else { return nil }
        isProtected = parts[0].lowercased() == "https:"
        let authority = parts[2].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        host = authority[0].lowercased()
        guard Self.isHost(host) else { return nil }
        if authority.count == 1 {
            port = nil
        } else {
            guard let number = UInt16(authority[1]), number > 0, !authority[1].hasPrefix("+") else { return nil }
            // Browsers leave the usual one out of Host, and so must who signs it.
            port = number == (isProtected ? 443 : 80) ? nil : number
        }
    }

    /// Numeric addresses of IPv6 are none: no bucket can be named before one.
    private static func isHost(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count) && !text.hasPrefix(".") && !text.hasSuffix(".")
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "-.".utf8.contains($0)
            }
    }

    /// As Host has it.
    package var authority: String { port.map { "\(host):\($0)" } ?? host }

    /// As browsers write where something comes from.
    package var origin: String { "\(isProtected ? "https" : "http")://\(authority)" }

    /// That connections are made to.
    package var tcpPort: UInt16 { port ?? (isProtected ? 443 : 80) }
}
