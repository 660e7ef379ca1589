/// Addresses of one network, or one address, or this machine by sockets in the file system.
package struct AddressRange: Hashable, Sendable {
    private let host: HostAddress
    /// How many of the first bits are the network's.
    private let bits: Int

    /// - Parameter text: `ADDRESS`, `ADDRESS/BITS` or `unix`; the address is numeric, and has no bits set behind those.
    package init?(_ text: String) {
        if text == "unix" {
            (host, bits) = (.unix, 0)
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = SocketAddress(numeric: String(parts[0])) else { return nil }
        let all = 8 * address.bytes.count
        (host, bits) = (address.hostAddress, parts.count == 1 ? all : Self.number(parts[1]) ?? -1)
        guard (0...all).contains(bits), Self.masked(host.bytes, bits) == host.bytes else { return nil }
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    package func contains(_ other: HostAddress) -> Bool {
        other.bytes.count == host.bytes.count && Self.masked(other.bytes, bits) == host.bytes
    }

    private static func masked(_ bytes: [UInt8], _ bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(8, max(0, bits - 8 * index))
            return byte & ~UInt8(truncatingIfNeeded: 0xff >> kept)
        }
    }
}
