import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("Acknowledgements")
struct AcknowledgementTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)

    /// Looks each second; whether one of them finds the peer gone, and which.
    private func firstOverdue(_ looks: [Acknowledgement], every seconds: Double = 1) -> Int? {
        var watch = AcknowledgementWatch(seconds: 10)
        return looks.indices.first { index in
            watch.isOverdue(looks[index], now: start.advanced(bySeconds: Double(index) * seconds))
        }
    }

    private func silence(_ count: Int, from age: Double = 0) -> [Acknowledgement] {
        (0..<count).map { Acknowledgement(isAwaited: true, age: age + Double($0)) }
    }

    @Test("a peer that acknowledges nothing of what was sent is gone after the time, not before")
    func overdue() {
        #expect(firstOverdue(silence(30)) == 10)
        #expect(firstOverdue(silence(10)) == nil)
    }

    @Test("the time runs from what was sent, however long nothing was said before")
    func afterIdleness() {
        #expect(firstOverdue(silence(30, from: 1000)) == 10)
        let idle = (0..<100).map { Acknowledgement(isAwaited: false, age: Double($0)) }
        #expect(firstOverdue(idle) == nil)
        #expect(firstOverdue(idle + silence(30, from: 100)) == 110)
    }

    @Test("an acknowledgement, even that there is no room, gives it the whole time again")
    func acknowledged() {
        #expect(firstOverdue(silence(9) + silence(9) + silence(9)) == nil)
        let probed = (0..<100).map { Acknowledgement(isAwaited: $0 % 8 != 0, age: Double($0 % 8)) }
        #expect(firstOverdue(probed) == nil)
    }

    @Test("what happened between looks that are far apart isn't held against it")
    func gaps() {
        #expect(firstOverdue(silence(30, from: 1000), every: 6) == nil)
    }

    @Test("the kernel tells what a peer owes, once packets to it vanish")
    func kernel() throws {
        let address = try #require(try resolve(host: "127.0.0.1", port: 0, passive: true).first)
        let listener = try Listener(on: address)
        let client = try Socket.connect(to: [listener.address], deadline: .after(seconds: 30))
        let server = try listener.acceptOne()
        try client.descriptor.write([1])
        #expect(try server.wait(for: .readable, until: .after(seconds: 30)))
        #expect(!client.acknowledgement.isAwaited)
        try Vanishing.begin(on: server.rawDescriptor)
        try client.descriptor.write([1])
        #expect(client.acknowledgement.isAwaited)
    }
}
