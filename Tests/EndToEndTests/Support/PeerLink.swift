import Glibc
import Transport

@testable import Platform

/// A real TLS connection of a test's, with what has come over it and wasn't taken yet. Used by one thread.
final class PeerLink {
    /// Its own address, as the server's log tells it.
    let address: String
    /// The connection below TLS: for what a real client never does to it.
    let rawDescriptor: CInt
    var received: [UInt8] = []
    private(set) var hasEnded = false
    private let session: TLSSession

    /// - Parameter source: the address that it comes from; nil: any.
    init(port: UInt16, context: TLSContext, from source: String? = nil) throws {
        let socket = try source.map { try PlainClient.connect(port, from: $0) } ?? PlainClient.connect(port)
        address = PlainClient.address(of: socket)
        rawDescriptor = socket.rawDescriptor
        session = try TLSSession(connecting: socket, to: "127.0.0.1", context: context)
        try session.handshake(until: .after(seconds: 60))
    }

    /// Whether the server has ended the connection, as far as is known without waiting.
    var isOver: Bool {
        while (try? readAvailable()) == true {}
        return hasEnded
    }

    /// Ends the connection with TLS's goodbye.
    func close() {
        session.close()
    }

    /// Ends it as when a link dies that somebody notices. What the server still sends, such as a ticket, is passed over: refused, it
    /// would take with it what was sent before and the server hasn't read yet.
    func cut() {
        _ = shutdown(rawDescriptor, CInt(SHUT_WR))
        hasEnded = true
    }
}

extension PeerLink {
    /// What the server says meanwhile is kept.
    func send(_ bytes: [UInt8], seconds: Double) throws {
        let deadline = Deadline.after(seconds: seconds)
        var sent = 0
        while sent < bytes.count {
            sent += try session.writeAvailable(unsafe bytes.span.bytes.extracting(sent..<bytes.count))
            if sent < bytes.count {
                try session.wait(for: .either, until: deadline)
                while try readAvailable() {}
            }
        }
    }

    /// Sends what goes without taking anything from the server.
    ///
    /// - Parameter patience: seconds without progress after which it gives up.
    /// - Returns: bytes sent.
    func sendWithoutReading(_ bytes: [UInt8], patience: Double) throws(TLSError) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = try session.writeAvailable(unsafe bytes.span.bytes.extracting(sent..<bytes.count))
            sent += count
            if count > 0 { continue }
            do throws(TLSError) {
                try session.wait(for: .writable, until: .after(seconds: patience))
            } catch .timedOut {
                break
            }
        }
        return sent
    }

    /// Waits for more, until it is enough.
    ///
    /// - Returns: false when the connection has ended before.
    func fill(_ deadline: Deadline, until isEnough: (inout [UInt8]) -> Bool) throws -> Bool {
        while !isEnough(&received) {
            if try readAvailable() { continue }
            if hasEnded { return false }
            try session.wait(for: .readable, until: deadline)
        }
        return true
    }

    /// - Returns: whether something came.
    private func readAvailable() throws -> Bool {
        if hasEnded { return false }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        do throws(TLSError) {
            let count = try buffer.withUnsafeMutableBytesTyped { memory throws(TLSError) in
                try session.readAvailable(into: memory)
            }
            guard let count else { return false }
            hasEnded = count == 0
            received += buffer[..<count]
            return count > 0
        } catch .disconnected {
            hasEnded = true
            return false
        }
    }
}
