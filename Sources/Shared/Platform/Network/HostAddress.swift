internal import Glibc

/// Which host it is, whatever the port: an address, or this machine by a socket in the file system.
package struct HostAddress: Hashable, Sendable {
    /// None: by a socket in the file system.
    let bytes: [UInt8]

    init(_ address: SocketAddress) {
        // A socket for both families shows those of IPv4 so.
        bytes = address.mappedVersion4 == nil ? address.bytes : address.bytes.suffix(4)
    }

    package static let unix = HostAddress(bytes: [])

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether nobody else's machine has it.
    package var isLoopback: Bool {
        bytes.isEmpty || bytes.count == 4 && bytes[0] == 127 || bytes == [UInt8](repeating: 0, count: 15) + [1]
    }
}

extension SocketAddress {
    package var hostAddress: HostAddress { HostAddress(self) }

    /// An address that came as bytes. One of IPv4 that is written as one of IPv6 is one of IPv4.
    ///
    /// - Parameter host: 4 bytes of IPv4, or 16 of IPv6, in network order.
    /// - Returns: nil for any other number of bytes.
    package init?(host: [UInt8], port: UInt16) {
        switch host.count {
        case 4: self.init(numeric: host.map(String.init).joined(separator: "."), port: port)
        case 16: self.init(numeric: Self.version6Text(host), port: port)
        default: return nil
        }
    }

    private static func version6Text(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }
        .joined(separator: ":")
    }

    /// A numeric address, in no other than its usual form. One of IPv4 that is written as one of IPv6 is one of IPv4.
    package init?(numeric text: String, port: UInt16 = 0) {
        if let address = Self.version4(text, port) ?? Self.version6(text, port) { self = address } else { return nil }
    }

    private static func version4(_ text: String, _ port: UInt16) -> SocketAddress? {
        var address = sockaddr_in()
        guard unsafe inet_pton(AF_INET, text, &address.sin_addr) == 1 else { return nil }
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        return copying(address)
    }

    private static func version6(_ text: String, _ port: UInt16) -> SocketAddress? {
        var address = sockaddr_in6()
        guard unsafe inet_pton(AF_INET6, text, &address.sin6_addr) == 1 else { return nil }
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        let parsed = copying(address)
        guard let mapped = parsed.mappedVersion4 else { return parsed }
        return version4(mapped, port)
    }

    private static func copying<Address>(_ address: Address) -> SocketAddress {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe UnsafeRawPointer(pointer).withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe SocketAddress(copying: $0, length: socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
