import Foundation
import Glibc
import Platform

/// Passes bytes between one client and a server, and can hold back what the server says. It knows nothing of TLS.
final class HoldingProxy: Sendable {
    let port: UInt16
    private let gate = HeldGate()

    /// - Parameters:
    ///   - server: its port on loopback.
    ///   - bytes: once the client has sent so many, the server's answers are held back until `release`.
    init(to server: UInt16, holdingAfter bytes: Int) throws {
        guard let address = try resolve(host: "127.0.0.1", port: 0, passive: true).first else {
            throw Failure("no loopback")
        }
        let listener = try Listener(on: address)
        port = listener.address.port
        let gate = gate
        try Platform.Thread.detach {
            guard let client = try? listener.accept(until: .after(seconds: 60)) else { return }
            guard let server = try? PlainClient.connect(server) else { return }
            Relay(client, server).run(gate, holdingAfter: bytes)
        }
    }

    deinit {
        gate.open()
    }

    /// Lets the server's answers through, from now on.
    func release() {
        gate.open()
    }
}

/// The two connections, with a thread for each direction.
private final class Relay: Sendable {
    private let client: Socket
    private let server: Socket

    init(_ client: consuming Socket, _ server: consuming Socket) {
        self.client = client
        self.server = server
        for descriptor in [self.client.rawDescriptor, self.server.rawDescriptor] {
            // Blocking, unlike the sockets of our programs: nothing else happens on these threads.
            _ = fcntl(descriptor, F_SETFL, 0)
        }
    }

    func run(_ gate: HeldGate, holdingAfter bytes: Int) {
        try? Platform.Thread.detach {
            self.pass(self.server.rawDescriptor, self.client.rawDescriptor) { _ in gate.wait() }
        }
        pass(client.rawDescriptor, server.rawDescriptor) { sent in if sent >= bytes { gate.close() } }
    }

    /// Passes bytes on until one side ends, and lets the other know.
    ///
    /// - Parameter before: called before bytes are passed on, with their sum.
    private func pass(_ source: CInt, _ target: CInt, _ before: (Int) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        var sum = 0
        while true {
            let count = unsafe recv(source, &buffer, buffer.count, 0)
            if count <= 0 { break }
            sum += count
            before(sum)
            // A blocking send(2) takes everything, or the connection is gone.
            if unsafe send(target, buffer, count, CInt(MSG_NOSIGNAL)) < count { break }
        }
        _ = shutdown(target, CInt(SHUT_WR))
    }
}

private final class HeldGate: @unchecked Sendable {
    // Sendable: what changes is behind the condition.
    private let condition = NSCondition()
    private var isHeld = false
    private var isReleased = false

    func close() {
        condition.withLock { isHeld = !isReleased }
    }

    func open() {
        condition.withLock {
            (isHeld, isReleased) = (false, true)
            condition.broadcast()
        }
    }

    func wait() {
        condition.withLock { while isHeld { condition.wait() } }
    }
}
