import Glibc
import Platform

/// Bytes to and from a program on this machine.
struct ByteChannel: ~Copyable {
    private let socket: Socket
    private var received: [UInt8] = []

    init(port: UInt16) throws {
        socket = try PlainClient.connect(port)
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(socket.rawDescriptor, $0.baseAddress, $0.count, 0)
            }
            if count > 0 { rest = rest.dropFirst(count) } else { try waitFor(.writable) }
        }
    }

    /// The next bytes, up to the first that is wanted; without it.
    mutating func receive(upTo end: UInt8) throws -> [UInt8] {
        while true {
            if let index = received.firstIndex(of: end) {
                defer { received.removeFirst(index + 1) }
                return Array(received[..<index])
            }
            guard try receiveSome() else { throw Failure("the browser's driver has ended") }
        }
    }

    mutating func receive(_ count: Int) throws -> [UInt8] {
        while received.count < count {
            guard try receiveSome() else { throw Failure("the browser's driver has ended") }
        }
        defer { received.removeFirst(count) }
        return Array(received[..<count])
    }

    /// - Returns: false at the end.
    private mutating func receiveSome() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(socket.rawDescriptor, &buffer, buffer.count, 0)
            if count >= 0 {
                received += buffer[..<count]
                return count > 0
            }
            guard errno == EAGAIN || errno == EINTR else { throw Failure("the browser's driver: \(Errno.current)") }
            try waitFor(.readable)
        }
    }

    private func waitFor(_ event: Socket.Event) throws {
        guard try socket.wait(for: event, until: .after(seconds: 600)) else {
            throw Failure("the browser's driver doesn't answer")
        }
    }
}
