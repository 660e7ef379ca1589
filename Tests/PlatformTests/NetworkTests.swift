import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("Network")
struct NetworkTests {
    private func listen(_ host: String) throws -> Listener {
        let address = try #require(try resolve(host: host, port: 0, passive: true).first)
        return try Listener(on: address)
    }

    @Test("two ends meet, and each knows the other", arguments: ["127.0.0.1", "::1"])
    func connection(_ host: String) throws {
        let listener = try listen(host)
        #expect(listener.address.port != 0 && listener.address.host == host)
        #expect(listener.address.isIPv6 == (host == "::1"))
        let client = try Socket.connect(to: [listener.address], deadline: .after(seconds: 30))
        let server = try listener.acceptOne()
        #expect(client.peer.description == listener.address.description)
        #expect(server.peer.host == host)

        #expect(try server.wait(for: .writable, until: .after(seconds: 30)) == true)
        #expect(try server.wait(for: .readable, until: .after(seconds: 0)) == false)
        try client.descriptor.write(Array("hello".utf8))
        #expect(try server.wait(for: .readable, until: .after(seconds: 30)) == true)
        var buffer = [UInt8](repeating: 0, count: 5)
        #expect(try buffer.withUnsafeMutableBytesTyped { try server.descriptor.read(into: $0) } == 5)
        #expect(buffer == Array("hello".utf8))
    }

    @Test("whether a peer has ended its side, or has broken off, is known without waiting")
    func left() throws {
        let listener = try listen("127.0.0.1")
        for isReset in [false, true] {
            var client: Socket? = try Socket.connect(to: [listener.address], deadline: .after(seconds: 30))
            let server = try listener.acceptOne()
            try client?.descriptor.write([1])
            #expect(try server.wait(for: .readable, until: .after(seconds: 30)) == true)
            #expect(!Socket.hasPeerLeft(rawDescriptor: server.rawDescriptor))
            if isReset {
                client.take()?.abort()
            } else if let number = client?.rawDescriptor {
                shutdown(number, CInt(SHUT_WR))
            }
            let deadline = Deadline.after(seconds: 30)
            while !Socket.hasPeerLeft(rawDescriptor: server.rawDescriptor), !deadline.hasPassed {}
            #expect(Socket.hasPeerLeft(rawDescriptor: server.rawDescriptor))
        }
    }

    @Test("a peer that goes is noticed")
    func end() throws {
        let listener = try listen("127.0.0.1")
        do { _ = try Socket.connect(to: [listener.address], deadline: .after(seconds: 30)) }
        let server = try listener.acceptOne()
        #expect(try server.wait(for: .readable, until: .after(seconds: 30)) == true)
        var buffer = [UInt8](repeating: 0, count: 1)
        #expect(try buffer.withUnsafeMutableBytesTyped { try server.descriptor.read(into: $0) } == 0)
    }

    @Test("reading can be ended from elsewhere")
    func endReading() throws {
        let listener = try listen("127.0.0.1")
        let client = try Socket.connect(to: [listener.address], deadline: .after(seconds: 30))
        #expect(try client.wait(for: .readable, until: .after(seconds: 0)) == false)
        Socket.endReading(rawDescriptor: client.rawDescriptor)
        #expect(try client.wait(for: .readable, until: .after(seconds: 30)) == true)
    }

    @Test("a connection that is ended from elsewhere can neither be read nor written")
    func endFromElsewhere() throws {
        Signals.ignoreNuisances()
        let listener = try listen("127.0.0.1")
        let client = try Socket.connect(to: [listener.address], deadline: .after(seconds: 30))
        let server = try listener.acceptOne()
        Socket.end(rawDescriptor: server.rawDescriptor)
        #expect(try server.wait(for: .readable, until: .after(seconds: 30)) == true)
        #expect(throws: SystemError.self) { try server.descriptor.write([1]) }
        #expect(try client.wait(for: .readable, until: .after(seconds: 30)) == true)
    }

    @Test("a connection that is turned away is over for its peer at once")
    func abort() throws {
        let listener = try listen("127.0.0.1")
        let client = try Socket.connect(to: [listener.address], deadline: .after(seconds: 30))
        let server = try listener.acceptOne()
        server.abort()
        #expect(try client.wait(for: .readable, until: .after(seconds: 30)) == true)
        var buffer = [UInt8](repeating: 0, count: 1)
        #expect(throws: SystemError.self) {
            try buffer.withUnsafeMutableBytesTyped { try client.descriptor.read(into: $0) }
        }
    }

    @Test("what is to be done before a socket's end is done then, once, and while its number is still its own")
    func beforeClosing() throws {
        let listener = try listen("127.0.0.1")
        let ended = Monitor<[Bool]>([])
        do {
            var client = try Socket.connect(to: [listener.address], deadline: .after(seconds: 30))
            let descriptor = client.rawDescriptor
            client.beforeClosing { ended.change { $0.append(fcntl(descriptor, F_GETFD) >= 0) } }
            #expect(ended.change { $0 }.isEmpty)
        }
        #expect(ended.change { $0 } == [true])
    }

    @Test("a listener that is stopped takes nobody in, and lets go who waits")
    func stop() throws {
        let listener = try listen("127.0.0.1")
        let outcome = Monitor<Bool?>(nil)
        try Thread.detach {
            let accepted = try? listener.accept(until: .after(seconds: 60))
            outcome.change { $0 = accepted == nil }
        }
        listener.stop()
        #expect(outcome.wait { $0 })
        #expect(throws: SystemError.self) {
            _ = try Socket.connect(to: [listener.address], deadline: .after(seconds: 30))
        }
    }

    @Test("keepalive and the time of unacknowledged bytes are as asked for, on both sides")
    func options() throws {
        let address = try #require(try resolve(host: "127.0.0.1", port: 0, passive: true).first)
        let listener = try Listener(on: address, options: SocketOptions(keepAlive: 33, userTimeout: 44))
        let client = try Socket.connect(to: [listener.address], deadline: .after(seconds: 30))
        let server = try listener.acceptOne()
        func value(_ socket: borrowing Socket, _ level: some BinaryInteger, _ option: CInt) -> CInt {
            var value: CInt = -1
            var length = socklen_t(MemoryLayout<CInt>.size)
            unsafe getsockopt(socket.rawDescriptor, CInt(level), option, &value, &length)
            return value
        }
        let found = [value(server, IPPROTO_TCP, TCP_KEEPIDLE), value(client, IPPROTO_TCP, TCP_KEEPIDLE)]
        #expect(found == [33, 60])
        let intervals = [value(server, IPPROTO_TCP, TCP_KEEPINTVL), value(client, IPPROTO_TCP, TCP_KEEPINTVL)]
        #expect(intervals == [11, 20])
        let timeouts = [value(server, IPPROTO_TCP, TCP_USER_TIMEOUT), value(client, IPPROTO_TCP, TCP_USER_TIMEOUT)]
        #expect(timeouts == [44_000, 120_000])
        #expect(value(server, SOL_SOCKET, SO_KEEPALIVE) == 1 && value(client, SOL_SOCKET, SO_KEEPALIVE) == 1)
    }

    @Test("nobody comes: the wait ends")
    func acceptTimeout() throws {
        let listener = try listen("127.0.0.1")
        if try listener.accept(until: .after(seconds: 0)) != nil { Issue.record("somebody came") }
    }

    @Test("a port in use is refused by name, and one that nobody listens at, too")
    func refusals() throws {
        let listener = try listen("127.0.0.1")
        let error = #expect(throws: SystemError.self) { try Listener(on: listener.address) }
        #expect(error?.errno == .addressInUse)
        #expect(error?.description.contains(listener.address.description) == true)
        let free: SocketAddress
        do { free = try listen("127.0.0.1").address }
        #expect(throws: SystemError.self) { _ = try Socket.connect(to: [free], deadline: .after(seconds: 30)) }
        #expect(throws: SystemError.self) { _ = try Socket.connect(to: [], deadline: .after(seconds: 30)) }
    }

    @Test("the second address is tried when the first doesn't answer")
    func secondAddress() throws {
        let free: SocketAddress
        do { free = try listen("127.0.0.1").address }
        let listener = try listen("127.0.0.1")
        let socket = try Socket.connect(to: [free, listener.address], deadline: .after(seconds: 30))
        #expect(socket.peer.port == listener.address.port)
    }

    @Test("addresses are shown as they are written")
    func descriptions() throws {
        #expect(try resolve(host: "192.0.2.1", port: 443, passive: true).first?.description == "192.0.2.1:443")
        #expect(try resolve(host: "2001:db8::1", port: 8443, passive: true).first?.description == "[2001:db8::1]:8443")
        let all = try resolve(host: nil, port: 443, passive: true)
        #expect(all.contains { $0.description == "0.0.0.0:443" })
    }

    @Test("a name that can't be is told as such")
    func unknownHost() {
        let error = #expect(throws: ResolveError.self) {
            try resolve(host: "no host\n", port: 1, passive: false)
        }
        #expect(error?.description.contains("no host\\n") == true)
    }

    @Test("the loopback interface is usable, one that isn't there is not")
    func interfaces() throws {
        #expect(try NetworkInterface.isUsable("lo"))
        #expect(try !NetworkInterface.isUsable("nonesuch0"))
        #expect(try NetworkInterface.names().contains("lo"))
        #expect(NetworkInterface.addresses(of: "lo").contains { $0.hasPrefix("lo ") && $0.contains("7f000001") })
        #expect(NetworkInterface.addresses(of: nil).isSuperset(of: NetworkInterface.addresses(of: "lo")))
        #expect(NetworkInterface.addresses(of: "nonesuch0").isEmpty)
        #expect(try !NetworkInterface.isUsable(""))
    }

    @Test(
        "addresses that reach no further than the link don't count",
        arguments: [
            (0, false), (0xa9fe_0001, false), (0xa9fe_ffff, false), (0xa9fd_ffff, true), (0xa9ff_0000, true),
            (0xc0a8_0001, true), (0x7f00_0001, true),
        ] as [(UInt32, Bool)])
    func ipv4(_ address: UInt32, _ usable: Bool) {
        #expect(NetworkInterface.isUsable(ipv4: address) == usable)
    }

    @Test("the same for IPv6")
    func ipv6() {
        func address(_ first: UInt8, _ second: UInt8) -> [UInt8] {
            [first, second] + [UInt8](repeating: 0, count: 13) + [1]
        }
        #expect(!NetworkInterface.isUsable(ipv6: [UInt8](repeating: 0, count: 16)))
        #expect(!NetworkInterface.isUsable(ipv6: address(0xfe, 0x80)))
        #expect(!NetworkInterface.isUsable(ipv6: address(0xfe, 0xbf)))
        #expect(NetworkInterface.isUsable(ipv6: address(0xfe, 0xc0)))
        #expect(NetworkInterface.isUsable(ipv6: address(0x20, 0x01)))
        #expect(NetworkInterface.isUsable(ipv6: address(0, 0)))
    }
}

extension Listener {
    struct NobodyCame: Error {}

    func acceptOne() throws -> Socket {
        guard let socket = try accept(until: .after(seconds: 30)) else { throw NobodyCame() }
        return socket
    }
}
