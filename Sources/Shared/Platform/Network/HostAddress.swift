internal import Glibc

/// Which host it is, whatever the port: an address, or this machine by a socket in the file system.
package struct HostAddress: Hashable, Sendable {
    /// None: by a socket in the file system.
    private let bytes: [UInt8]

    init(_ address: SocketAddress) {
        bytes = address.bytes
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
