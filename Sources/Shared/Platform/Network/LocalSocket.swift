internal import CSystemShims
internal import Glibc

/// Programs of one machine that speak with each other by a name that lies in no file system (unix(7), abstract): nothing is written
/// for it, and nothing stays behind.
package struct LocalListener: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// - Parameter name: 1 … 100 bytes.
    /// - Throws: EADDRINUSE where another program has the name.
    package init(name: String) throws(SystemError) {
        let socket = try makeLocalSocket()
        let raw = socket.rawValue
        try unsafe withLocalAddress("@" + name) { address, length throws(SystemError) in
            try systemCall("take the name", name) { unsafe bind(raw, address, length) }
        }
        try systemCall("listen at", name) { listen(raw, 8) }
        descriptor = socket
    }

    /// Waits for somebody who asks.
    package func accept() throws(SystemError) -> LocalConnection {
        let raw = try systemCall("accept") { Glibc.accept(descriptor.rawValue, nil, nil) }
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        return LocalConnection(owning: FileDescriptor(owning: raw))
    }
}

/// A connection with another program of this machine.
package struct LocalConnection: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    fileprivate init(owning descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }

    /// - Throws: ECONNREFUSED where nobody has the name.
    package init(to name: String) throws(SystemError) {
        let socket = try makeLocalSocket()
        let raw = socket.rawValue
        try unsafe withLocalAddress("@" + name) { address, length throws(SystemError) in
            try systemCall("connect to", name) { unsafe connect(raw, address, length) }
        }
        descriptor = socket
    }

    /// Who is at the other end, as the kernel knows it.
    package var peer: (user: UInt32, process: Int32)? {
        var (user, process) = (UInt32.max, Int32(0))
        guard unsafe shim_peer_user(descriptor.rawValue, &user, &process) == 0 else { return nil }
        return (user, process)
    }

    /// Nobody is waited for longer than this at once.
    package func limitWaits(seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor.rawValue, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(descriptor.rawValue, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    /// Sends all of it.
    package func write(_ bytes: [UInt8]) throws(SystemError) {
        try descriptor.write(bytes)
    }

    /// Sends no more: the other end reads to the end.
    package func endOutput() {
        _ = shutdown(descriptor.rawValue, CInt(SHUT_WR))
    }

    /// The first byte that comes; nil when the other end is silent, or gone.
    package func readByte() -> UInt8? {
        var byte: UInt8 = 0
        return unsafe recv(descriptor.rawValue, &byte, 1, 0) == 1 ? byte : nil
    }

    /// The next bytes, until the buffer is full or the other end is done.
    ///
    /// - Returns: bytes read.
    package func read(into buffer: inout [UInt8]) throws(SystemError) -> Int {
        try buffer.withUnsafeMutableBytesTyped { buffer throws(SystemError) in try descriptor.read(into: buffer) }
    }

    /// What comes until the other end is done.
    ///
    /// - Parameter limit: the most bytes that are taken, about.
    package func readToEnd(limit: Int) throws(SystemError) -> [UInt8] {
        try descriptor.readToEnd(limit: limit)
    }
}

private func makeLocalSocket() throws(SystemError) -> FileDescriptor {
    FileDescriptor(owning: try systemCall("make a socket") { shim_local_socket() })
}

/// A way to send messages to a program that has a socket; nobody answers.
package final class LocalDatagramSocket: Sendable {
    private let descriptor: FileDescriptor

    /// - Parameter name: a path, or "@" and a name that lies in no file system.
    package init(to name: String) throws(SystemError) {
        let socket = FileDescriptor(owning: try systemCall("make a socket") { shim_datagram_socket(AF_UNIX) })
        let raw = socket.rawValue
        try unsafe withLocalAddress(name) { address, length throws(SystemError) in
            try systemCall("connect to", name) { unsafe connect(raw, address, length) }
        }
        descriptor = socket
    }

    /// Sends a message, unless there is no room for it.
    package func send(_ bytes: [UInt8]) {
        _ = unsafe Glibc.send(
            descriptor.rawValue, bytes, bytes.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
    }
}

/// - Parameter name: a path, or "@" and a name that lies in no file system.
@discardableResult
private func withLocalAddress<R>(
    _ name: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> R
) throws(SystemError) -> R {
    var bytes = Array(name.utf8)
    if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let prefix = MemoryLayout<sa_family_t>.size
    // With a NUL at the end of a path.
    guard (2...107).contains(bytes.count) else { throw SystemError("name a socket", name, errno: .nameTooLong) }
    unsafe withUnsafeMutableBytes(of: &address) { buffer in
        for (index, byte) in bytes.enumerated() { unsafe buffer[prefix + index] = byte }
    }
    let length = bytes[0] == 0 ? prefix + bytes.count : MemoryLayout<sockaddr_un>.size
    let pointer = UnsafeMutablePointer<sockaddr_un>.allocate(capacity: 1)
    defer { unsafe pointer.deallocate() }
    unsafe pointer.initialize(to: address)
    return try unsafe body(
        UnsafePointer(UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)), socklen_t(length))
}
