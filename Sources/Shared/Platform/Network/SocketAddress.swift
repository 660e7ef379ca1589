internal import Glibc

/// An IPv4 or IPv6 address with a port, or the path of a socket in the file system.
@safe package struct SocketAddress: Sendable {
    private var storage: sockaddr_storage
    private var length: socklen_t

    /// What a call such as accept(2) fills in.
    init(filledBy call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) throws(SystemError) -> Void)
        throws(SystemError)
    {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        try unsafe Self.lend(&storage) { address throws(SystemError) in try unsafe call(address, &length) }
        self.storage = storage
        self.length = length
    }

    init(copying address: UnsafePointer<sockaddr>, length: socklen_t) {
        var storage = sockaddr_storage()
        let size = min(Int(length), MemoryLayout<sockaddr_storage>.size)
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: size))
        }
        self.storage = storage
        self.length = length
    }

    var family: CInt { CInt(storage.ss_family) }

    var isInternet: Bool { family == AF_INET || isIPv6 }

    package var isIPv6: Bool { family == AF_INET6 }

    /// The address without the port: "192.0.2.1", "2001:db8::1".
    package var host: String { nameInfo().host }

    package var port: UInt16 { UInt16(nameInfo().port) ?? 0 }

    func withAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// The address alone, in network order: 4 or 16 bytes; none of a socket in the file system.
    var bytes: [UInt8] {
        if isUnix { return [] }
        return internetBytes
    }

    private var internetBytes: [UInt8] {
        unsafe withAddress { address, _ in
            if isIPv6 {
                return unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    unsafe withUnsafeBytes(of: $0.pointee.sin6_addr) { unsafe Array($0) }
                }
            }
            return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                unsafe withUnsafeBytes(of: $0.pointee.sin_addr) { unsafe Array($0) }
            }
        }
    }

    /// The address of IPv4 that is written as this one of IPv6 (RFC 4291, 2.5.5.2).
    var mappedVersion4: String? {
        let bytes = bytes
        guard isIPv6, bytes.starts(with: mappedPrefix) else { return nil }
        return bytes.dropFirst(mappedPrefix.count).map(String.init).joined(separator: ".")
    }

    private func nameInfo() -> (host: String, port: String) {
        if isUnix { return ("unix", "0") }
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let result = unsafe withAddress { address, length in
            unsafe getnameinfo(
                address, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
                NI_NUMERICHOST | NI_NUMERICSERV)
        }
        guard result == 0 else { return ("?", "0") }
        return (Self.text(host), Self.text(port))
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func lend<E: Error>(
        _ storage: inout sockaddr_storage, _ body: (UnsafeMutablePointer<sockaddr>) throws(E) -> Void
    ) throws(E) {
        let pointer = UnsafeMutablePointer<sockaddr_storage>.allocate(capacity: 1)
        defer { unsafe pointer.deallocate() }
        unsafe pointer.initialize(to: storage)
        try unsafe body(UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self))
        unsafe storage = pointer.pointee
    }
}

extension SocketAddress: CustomStringConvertible {
    /// "192.0.2.1:443", "[2001:db8::1]:443" or "unix:/run/socket"; without a port where none is known.
    package var description: String {
        if isUnix { return path.map { "unix:\(escaped($0))" } ?? "unix" }
        let (host, port) = nameInfo()
        if port == "0" { return host }
        return isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Finds the addresses of a host name or a numeric address. The corresponding C function is `getaddrinfo`.
///
/// - Parameters:
///   - host: a name or a numeric address; nil stands for every address of this machine.
///   - passive: for listening rather than connecting.
/// - Throws: `ResolveError` with the resolver's own words.
package func resolve(host: String?, port: UInt16, passive: Bool) throws(ResolveError) -> [SocketAddress] {
    try lookUp(host, port, passive ? AI_PASSIVE : AI_ADDRCONFIG)
}

/// The one form of a numeric address in any form that the resolver takes, without a zone: "127.0.0.1" for "127.1", "0x7f.1"
/// and "::ffff:127.0.0.1".
///
/// - Returns: nil for what is no numeric address.
package func canonicalAddress(_ text: String) -> String? {
    guard !text.isEmpty, let address = try? lookUp(text, 0, AI_NUMERICHOST).first else { return nil }
    return address.mappedVersion4 ?? address.host
}

/// Before an IPv4 address that is written as one of IPv6.
private let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]

private func lookUp(_ host: String?, _ port: UInt16, _ flags: CInt) throws(ResolveError) -> [SocketAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_UNSPEC
    unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_NUMERICSERV | flags
    var list: UnsafeMutablePointer<addrinfo>?
    let result = unsafe getaddrinfo(host, String(port), &hints, &list)
    guard result == 0 else {
        throw ResolveError(host: host ?? "", reason: unsafe String(cString: gai_strerror(result)))
    }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
        if let address = unsafe entry.pointee.ai_addr {
            addresses.append(unsafe SocketAddress(copying: address, length: entry.pointee.ai_addrlen))
        }
        unsafe next = entry.pointee.ai_next
    }
    return addresses
}

/// A host's address can't be found.
package struct ResolveError: Error, CustomStringConvertible {
    package let host: String
    package let reason: String

    package var description: String { "can't find the address of \(escaped(host)): \(reason)" }
}
