import Foundation
import TestSupport
import Testing

@testable import Platform

@Suite("Sockets in the file system")
struct UnixSocketTests {
    private let scratch: ScratchFolder
    private let address: SocketAddress

    init() throws {
        scratch = try ScratchFolder.ofSockets()
        address = try #require(SocketAddress(path: scratch.path("socket")))
    }

    @Test("two ends meet; its group may use it, and nobody else; the file goes with the listener's end")
    func connection() throws {
        let listener = try Listener(on: address)
        #expect(listener.address.description == "unix:" + scratch.path("socket") && listener.address.isUnix)
        #expect(try scratch.permissions(of: "socket") == 0o660)
        let client = try Socket.connect(to: [address], deadline: .after(seconds: 30))
        let server = try listener.acceptOne()
        #expect(server.peer.description == "unix" && server.peer.hostAddress == .unix && server.peer.port == 0)
        let bytes: [UInt8] = [1, 2, 3]
        let sent = try client.writeAvailable(unsafe bytes.span.bytes)
        #expect(sent == 3)
        #expect(try server.wait(for: .readable, until: .after(seconds: 30)))
        var buffer = [UInt8](repeating: 0, count: 9)
        #expect(try buffer.withUnsafeMutableBytesTyped { try server.readAvailable(into: $0) } == 3)
        #expect(try buffer.withUnsafeMutableBytesTyped { try server.readAvailable(into: $0) } == nil)
        Socket.endWriting(rawDescriptor: client.rawDescriptor)
        #expect(try server.wait(for: .readable, until: .after(seconds: 30)))
        #expect(try buffer.withUnsafeMutableBytesTyped { try server.readAvailable(into: $0) } == 0)
        listener.stop()
        #expect(try scratch.names() == [".socket.lock"])
    }

    @Test("what a dead process has left is replaced, what somebody listens on never")
    func leftover() throws {
        // Never stopped, as of a process that was killed.
        _ = try Listener(on: address)
        #expect(try scratch.names().contains("socket"))
        let living = try Listener(on: address)
        let refused = #expect(throws: SystemError.self) { try Listener(on: address) }
        #expect(refused?.errno == .addressInUse)
        _ = try Socket.connect(to: [address], deadline: .after(seconds: 30))
        _ = try living.acceptOne()
    }

    @Test("another program's socket, without our lock, isn't taken either")
    func foreign() throws {
        let living = try Listener(on: address)
        try FileManager.default.removeItem(atPath: scratch.path(".socket.lock"))
        #expect(throws: SystemError.self) { try Listener(on: address) }
        _ = try Socket.connect(to: [address], deadline: .after(seconds: 30))
        _ = try living.acceptOne()
    }

    @Test("what isn't a socket stays")
    func otherFile() throws {
        try scratch.write("precious", to: "socket")
        let refused = #expect(throws: SystemError.self) { try Listener(on: address) }
        #expect(refused?.errno == .exists)
        #expect(try scratch.text(of: "socket") == "precious")
        #expect(SocketAddress(path: "") == nil)
        #expect(SocketAddress(path: String(repeating: "x", count: SocketAddress.longestPath + 1)) == nil)
    }

    @Test(
        "numeric addresses are taken in their usual form only",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:DB8::1", "2001:db8::1"),
            ("127.1", nil),
            ("0x7f.0.0.1", nil), ("localhost", nil), ("", nil), ("1.2.3.4.5", nil), ("fe80::1%lo", nil), ("unix", nil),
        ])
    func numeric(_ text: String, _ host: String?) {
        #expect(SocketAddress(numeric: text)?.host == host)
        #expect(SocketAddress(numeric: text)?.description == host)
    }

    @Test("which addresses are this machine's own")
    func loopback() {
        for own in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            #expect(SocketAddress(numeric: own)?.hostAddress.isLoopback == true)
        }
        for other in ["0.0.0.0", "::", "192.0.2.1", "fe80::1", "128.0.0.1"] {
            #expect(SocketAddress(numeric: other)?.hostAddress.isLoopback == false)
        }
        #expect(address.hostAddress.isLoopback)
    }
}
