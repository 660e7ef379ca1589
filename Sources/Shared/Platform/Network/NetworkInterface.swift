import Encodings
internal import Glibc

/// A network interface of this machine, by name.
package enum NetworkInterface {
    /// Whether the interface is up, running, and has an address that reaches further than its own link.
    ///
    /// IPv4's 0.0.0.0 and 169.254.0.0/16 (RFC 3927) and IPv6's :: and fe80::/10 (RFC 4291) don't count. An interface that
    /// doesn't exist isn't usable: it may appear later. The corresponding C function is `getifaddrs`.
    package static func isUsable(_ name: String) throws(SystemError) -> Bool {
        let usable = try unsafe collect { interface in
            unsafe String(cString: interface.pointee.ifa_name) == name && isUsable(interface) ? true : nil
        }
        return !usable.isEmpty
    }

    /// The names of all interfaces, those that are down included.
    package static func names() throws(SystemError) -> Set<String> {
        Set(try unsafe collect { unsafe String(cString: $0.pointee.ifa_name) })
    }

    /// The addresses at which this machine can be reached, each with its interface's name, as text that is good for comparing.
    ///
    /// - Parameter name: of the only interface that counts; nil: all.
    package static func addresses(of name: String?) -> Set<String> {
        let addresses = try? unsafe collect { interface -> String? in
            let interfaceName = unsafe String(cString: interface.pointee.ifa_name)
            guard name == nil || name == interfaceName, unsafe isUsable(interface),
                let address = unsafe interface.pointee.ifa_addr
            else { return nil }
            return unsafe interfaceName + " " + hexadecimal(bytes(of: address))
        }
        return Set(addresses ?? [])
    }

    /// The interface that has an address; nil where none has it.
    package static func name(having address: SocketAddress) -> String? {
        let found = try? unsafe collect { interface -> String? in
            guard let own = unsafe interface.pointee.ifa_addr, unsafe CInt(own.pointee.sa_family) == address.family
            else { return nil }
            let length = socklen_t(
                address.isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
            return unsafe SocketAddress(copying: own, length: length).bytes == address.bytes
                ? unsafe String(cString: interface.pointee.ifa_name) : nil
        }
        return found?.first
    }

    /// What `body` makes of each address of each interface.
    private static func collect<R>(_ body: (UnsafePointer<ifaddrs>) -> R?) throws(SystemError) -> [R] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { throw SystemError("list the network interfaces", errno: .current) }
        defer { unsafe freeifaddrs(list) }
        var found: [R] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let value = unsafe body(entry) { found.append(value) }
            unsafe next = entry.pointee.ifa_next
        }
        return found
    }

    private static func isUsable(_ interface: UnsafePointer<ifaddrs>) -> Bool {
        let wanted = UInt32(IFF_UP | IFF_RUNNING)
        guard unsafe interface.pointee.ifa_flags & wanted == wanted, let address = unsafe interface.pointee.ifa_addr
        else { return false }
        return unsafe isUsable(address)
    }

    private static func bytes(of address: UnsafePointer<sockaddr>) -> [UInt8] {
        let size =
            unsafe CInt(address.pointee.sa_family) == AF_INET6
            ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        return unsafe Array(UnsafeRawBufferPointer(start: address, count: size))
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
