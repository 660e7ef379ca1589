import Platform
import Wire

/// A server as a person names it: a host name or address, and a port.
struct ServerName: Sendable {
    /// One text for one server, for TLS, the state and the log: a name in small letters without a dot at its end, or an
    /// address as the system writes it, without brackets.
    let host: String
    let port: UInt16
    /// What the system is asked for: a dot at the end keeps it from trying the search list's domains (resolv.conf(5)).
    let lookupName: String
    /// In any of its forms, as earlier versions took it, for the state that they have left.
    let asWritten: String

    /// - Parameter text: `HOST`, `HOST:PORT`, `ADDRESS`, `[IPV6]` or `[IPV6]:PORT`.
    init(_ text: String) throws(ServerNameError) {
        if text.contains("/") { throw .url }
        let (written, port) = try text.hasPrefix("[") ? Self.bracketed(text) : Self.plain(text)
        let name = written.hasSuffix(".") ? written.dropLast() : written
        if let address = Self.address(name) {
            (host, lookupName) = (address, address)
        } else {
            host = try Self.domainName(name)
            lookupName = written.hasSuffix(".") ? host + "." : host
        }
        self.port = try port.map(Self.portNumber) ?? ProtocolLimits.defaultPort
        asWritten = Self.joined(String(written), self.port)
    }

    /// The name or address that the server's certificate must be for: the zone of an address means something here only.
    var certificateName: String { String(host.prefix { $0 != "%" }) }

    private static func joined(_ host: String, _ port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension ServerName: CustomStringConvertible {
    /// With the port, an IPv6 address in brackets.
    var description: String { Self.joined(host, port) }
}

// MARK: - Parts

extension ServerName {
    private typealias Parts = (host: Substring, port: Substring?)

    private static func plain(_ text: String) throws(ServerNameError) -> Parts {
        guard let first = text.firstIndex(of: ":"), let last = text.lastIndex(of: ":") else { return (text[...], nil) }
        let (host, port) = (text[..<last], text[text.index(after: last)...])
        if first == last { return (host, port) }
        // A second colon makes it an IPv6 address, which has no port unless it stands in brackets.
        let couldBePort = (try? portNumber(port)) != nil && address(host) != nil
        let isAddress = address(text[...]) != nil
        if isAddress, couldBePort {
            throw ServerNameError("may mean two things: write [\(host)]:\(port) or [\(text)], with brackets")
        }
        if isAddress { return (text[...], nil) }
        if couldBePort { throw ServerNameError("has a port: write [\(host)]:\(port), with brackets") }
        throw ServerNameError("isn't an IPv6 address, and has more than one colon")
    }

    private static func bracketed(_ text: String) throws(ServerNameError) -> Parts {
        guard let end = text.firstIndex(of: "]") else { throw ServerNameError("has no \"]\"") }
        let host = text[..<end].dropFirst()
        let rest = text[text.index(after: end)...]
        guard host.contains(":"), address(host) != nil else {
            throw ServerNameError("has no IPv6 address between its brackets")
        }
        if rest.isEmpty { return (host, nil) }
        guard rest.hasPrefix(":") else { throw ServerNameError("takes a colon and a port behind its brackets") }
        return (host, rest.dropFirst())
    }

    private static func portNumber(_ text: Substring) throws(ServerNameError) -> UInt16 {
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let number = UInt16(text), number > 0 else {
            throw ServerNameError("takes a port from 1 to 65535 behind its colon")
        }
        return number
    }

    /// - Returns: nil for what is no address in any form that the system takes.
    private static func address(_ text: Substring) -> String? {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = canonicalAddress(String(parts[0])) else { return nil }
        guard parts.count > 1 else { return address }
        // An interface that isn't there now may come.
        let isZone = !parts[1].isEmpty && parts[1].utf8.allSatisfy(isGraphic)
        return address.contains(":") && isZone ? "\(address)%\(parts[1])" : nil
    }

    private static func isGraphic(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

    private static func domainName(_ text: Substring) throws(ServerNameError) -> String {
        if text.contains("@") { throw ServerNameError("takes no user: that is --username") }
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw ServerNameError("takes a name in ASCII: write an international one as DNS has it (xn--…)")
        }
        guard (1...253).contains(text.utf8.count) else { throw ServerNameError("takes a name of 1 to 253 characters") }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        // OpenSSL would take a dot in front for every name that ends like that.
        guard !labels.contains("") else { throw ServerNameError("has a dot too many") }
        guard text.utf8.allSatisfy(mayStand) else {
            throw ServerNameError("may hold only letters, digits, \"-\", \"_\" and dots in a name")
        }
        return text.lowercased()
    }

    private static func mayStand(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-_.".utf8.contains(byte)
        }
    }
}

/// Why text names no server, in words that follow the text.
struct ServerNameError: Error, Hashable {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }

    static let url = ServerNameError("takes a name alone, without \"https://\" and what stands behind a slash")
}
