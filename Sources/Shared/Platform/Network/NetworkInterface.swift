internal import Glibc

/// A network interface of this machine, by name.
package enum NetworkInterface {
    /// Whether the interface is up, running, and has an address that reaches further than its own link.
    ///
    /// IPv4's 0.0.0.0 and 169.254.0.0/16 (RFC 3927) and IPv6's :: and fe80::/10 (RFC 4291) don't count. An interface that
    /// doesn't exist isn't usable: it may appear later. The corresponding C function is `getifaddrs`.
    package static func isUsable(_ name: String) throws(SystemError) -> Bool {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { throw SystemError("list the network interfaces", errno: .current) }
        defer { unsafe freeifaddrs(list) }
        let wanted = UInt32(IFF_UP | IFF_RUNNING)
        var next = unsafe list
        while let entry = unsafe next {
            let interface = unsafe entry.pointee
            if unsafe String(cString: interface.ifa_name) == name, unsafe interface.ifa_flags & wanted == wanted,
                let address = unsafe interface.ifa_addr, unsafe isUsable(address)
            {
                return true
            }
            unsafe next = interface.ifa_next
        }
        return false
    }

    private static func isUsable(_ address: UnsafePointer<sockaddr>) -> Bool {
        switch unsafe CInt(address.pointee.sa_family) {
        case AF_INET:
            return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                isUsable(ipv4: unsafe UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            return unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                unsafe withUnsafeBytes(of: $0.pointee.sin6_addr) { unsafe isUsable(ipv6: Array($0)) }
            }
        default: return false
        }
    }

    /// - Parameter address: in host byte order.
    static func isUsable(ipv4 address: UInt32) -> Bool {
        address != 0 && address >> 16 != 0xa9fe
    }

    /// - Parameter address: 16 bytes.
    static func isUsable(ipv6 address: [UInt8]) -> Bool {
        let isLinkLocal = address.count == 16 && address[0] == 0xfe && address[1] & 0xc0 == 0x80
        return !isLinkLocal && address.contains { $0 != 0 }
    }
}
