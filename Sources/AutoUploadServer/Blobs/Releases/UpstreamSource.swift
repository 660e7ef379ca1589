/// An address that may be asked: protected on its way, or on this machine.
package struct UpstreamSource: Hashable, Sendable {
    package let url: String
    package let port: UInt16

    private static let own = ["127.0.0.1", "[::1]", "localhost"]

    package init?(_ url: String) {
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let mark = url.firstRange(of: "://") else {
            return nil
        }
        let scheme = url[..<mark.lowerBound]
        let authority = url[mark.upperBound...].prefix { !"/?#".contains($0) }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        let rest = authority.dropFirst(host.count)
        guard !host.isEmpty, !authority.contains("@"), rest.isEmpty || rest.hasPrefix(":") else { return nil }
        switch scheme {
        case "https": port = rest.isEmpty ? 443 : UInt16(rest.dropFirst()) ?? 0
        case "http" where Self.own.contains(String(host)): port = rest.isEmpty ? 80 : UInt16(rest.dropFirst()) ?? 0
        default: return nil
        }
        guard port > 0 else { return nil }
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}

extension BlobRules {
    /// Whom is asked.
    package var sources: [UpstreamSource] { [releases, tokens].compactMap { $0.flatMap(UpstreamSource.init) } }
}
