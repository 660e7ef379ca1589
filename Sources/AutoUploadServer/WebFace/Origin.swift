import HTTP

/// Where a page comes from that a browser shows (RFC 6454): two are the same where all three are.
struct Origin: Hashable {
    private let scheme: String
    private let host: String
    private let port: UInt16

    /// - Parameter scheme: in small letters.
    init?(scheme: String, _ authority: Authority) {
        guard let usual = Self.usualPorts[scheme] else { return nil }
        (self.scheme, host, port) = (scheme, authority.host, authority.port ?? usual)
    }

    /// As the field Origin has it: `https://example.org:8443`.
    init?(_ text: String) {
        guard let end = text.firstRange(of: "://"),
            let authority = Authority(Array(text[end.upperBound...].utf8))
        else { return nil }
        self.init(scheme: text[..<end.lowerBound].lowercased(), authority)
    }

    private static let usualPorts: [String: UInt16] = ["http": 80, "https": 443]
}
