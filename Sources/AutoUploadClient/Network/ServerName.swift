import Platform
import Wire

/// A server as a person names it: a host name or address, and a port.
struct ServerName: Hashable, Sendable {
    /// A name, or an address without brackets.
    let host: String
    let port: UInt16

    /// What the system is asked for.
    var lookupName: String { host }

    /// - Parameter text: `HOST`, `HOST:PORT`, `ADDRESS`, `[IPV6]` or `[IPV6]:PORT`.
    /// - Returns: nil when it is none of these.
    init?(_ text: String) {
        guard let (host, port) = text.hasPrefix("[") ? Self.bracketed(text) : Self.plain(text) else { return nil }
        guard (1...253).contains(host.utf8.count), host.utf8.allSatisfy(Self.mayStand) else { return nil }
        guard let number = port.map(Self.portNumber) ?? ProtocolLimits.defaultPort else { return nil }
        self.host = String(host)
        self.port = number
    }

    private typealias Parts = (host: Substring, port: Substring?)

    private static func plain(_ text: String) -> Parts? {
        guard let colon = text.firstIndex(of: ":") else { return (text[...], nil) }
        let rest = text[text.index(after: colon)...]
        // A second colon makes it an IPv6 address, which has no port unless it stands in brackets.
        return rest.contains(":") ? (text[...], nil) : (text[..<colon], rest)
    }

    private static func bracketed(_ text: String) -> Parts? {
        guard let end = text.firstIndex(of: "]") else { return nil }
        let host = text[..<end].dropFirst()
        let rest = text[text.index(after: end)...]
        guard host.contains(":") else { return nil }
        if rest.isEmpty { return (host, nil) }
        return rest.hasPrefix(":") ? (host, rest.dropFirst()) : nil
    }

    private static func portNumber(_ text: Substring) -> UInt16? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(text) else { return nil }
        return number > 0 ? number : nil
    }

    /// Graphic ASCII but no slash: a URL is not a host. "%" stands before the zone of a link-local address.
    private static func mayStand(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "@")
    }
}

extension ServerName: CustomStringConvertible {
    /// With the port, an IPv6 address in brackets: one text for one server.
    var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
