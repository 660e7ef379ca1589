import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import Connections
@testable import Events
@testable import Storage

/// How much of the log anybody can fill.
@Suite struct LineAllowanceTests {
    private let anna = FileName(constant: "anna")
    private let bert = FileName(constant: "bert")

    private func address(_ text: String) throws -> SocketAddress {
        try #require(resolve(host: text, port: 1, passive: false).first)
    }

    @Test("so many lines a minute are told, and the others counted, by user")
    func users() {
        let allowance = LineAllowance()
        let start = Instant.now
        let told = (0..<LineAllowance.lines + 7).count { _ in allowance.add(anna, now: start) }
        #expect(told == LineAllowance.lines)
        #expect(allowance.add(bert, now: start))
        #expect(allowance.takeUntold(now: start.advanced(bySeconds: 59)).isEmpty)
        let untold = allowance.takeUntold(now: start.advanced(bySeconds: 60))
        #expect(untold.map(\.count) == [7] && untold.map(\.source) == [.user(anna)])
        #expect(allowance.add(anna, now: start.advanced(bySeconds: 60)))
        #expect(allowance.takeUntold(isEnd: true).isEmpty)
    }

    @Test("who isn't logged in is counted by network, whatever addresses of it are used")
    func networks() throws {
        let allowance = LineAllowance()
        let (one, other) = (try address("2001:db8:1:2::3"), try address("2001:db8:1:3::4"))
        let start = Instant.now
        let told = (0..<LineAllowance.lines).count { allowance.add($0 % 2 == 0 ? one : other, now: start) }
        #expect(told == LineAllowance.lines && !allowance.add(other, now: start))
        #expect(try allowance.add(address("2001:db8:2::1"), now: start))
        #expect(allowance.takeUntold(isEnd: true).map { $0.address?.description } == [one.description])
    }

    @Test("what clients cause at no cost is bounded, what is stored is told of each time")
    func events() throws {
        let server = try TestServer()
        let address = try address("192.0.2.1")
        let path = try RemotePath(Array("a".utf8))
        let peer = ServerEvent.Peer(address: address, user: "anna", account: anna)
        let stored = try Stored(path: path, size: 1, digest: [1].digest(), tag: .unstated, wasThere: false)
        for _ in 0..<600 {
            server.services.report(.connected(address))
            server.services.report(.closed(.init(address: address, user: "anna"), reason: "", received: 0, seconds: 0))
            server.services.report([.found(peer, stored), .parked(peer, path: path, offset: 1)])
            server.services.report(.stored(peer, stored, offered: path, seconds: 0))
        }
        let lines = server.lines
        func count(_ events: String...) -> Int { lines.count { line in events.contains { line.hasPrefix($0 + " ") } } }
        #expect(count("connect", "closed") == LineAllowance.lines)
        #expect(count("present", "parked") == LineAllowance.lines)
        #expect(count("stored") == 600)
        let untold = server.services.lines.takeUntold(isEnd: true).map { ServerEvent.untold($0).logLine.text }
        #expect(untold.count == 2 && untold.allSatisfy { $0.contains("untold") && $0.contains("lines=200") })
        #expect(untold.contains { $0.contains("user=anna") } && untold.contains { $0.contains("address=192.0.2.1") })
    }
}
