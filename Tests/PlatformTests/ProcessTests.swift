import Foundation
import TestSupport
import Testing

@testable import Platform

@Suite("Time, threads and limits")
struct ProcessTests {
    @Test("time goes on, and deadlines pass")
    func deadlines() {
        let start = Instant.now
        #expect(Instant.now >= start)
        #expect(Instant(nanoseconds: 3_500_000_000).seconds(since: Instant(nanoseconds: 1_000_000_000)) == 2.5)
        #expect(Instant(nanoseconds: 1).seconds(since: Instant(nanoseconds: 2)) == 0)
        #expect(Deadline.after(seconds: 0).hasPassed && Deadline.after(seconds: -5).hasPassed)
        #expect(Deadline.after(seconds: .nan).hasPassed)
        #expect(!Deadline.after(seconds: 1000).hasPassed && !Deadline.after(seconds: .infinity).hasPassed)
        #expect(Deadline.after(seconds: 1000).remainingSeconds > 900)
        #expect(Deadline.after(seconds: 0).remainingMilliseconds >= 0)
        #expect(Deadline.after(seconds: 1e9).remainingMilliseconds > 0)
        #expect(Deadline.after(seconds: 1) < Deadline.after(seconds: 1000))
        #expect(currentUnixTime() > 1_700_000_000)
    }

    @Test("an event is kept until it is taken, once")
    func event() throws {
        let event = Event()
        #expect(!event.wait(until: .after(seconds: 0)))
        event.signal()
        event.signal()
        #expect(event.wait(until: .after(seconds: 0)))
        #expect(!event.wait(until: .after(seconds: 0)))
        try Thread.detach { event.signal() }
        #expect(event.wait(until: .after(seconds: 30)))
    }

    @Test("who waits for a change of shared state is woken by it")
    func monitor() throws {
        let (question, answer) = (Monitor(0), Monitor(0))
        try Thread.detach {
            let asked = question.wait { $0 > 0 ? $0 : nil }
            answer.change { $0 = asked * 2 }
        }
        question.change { $0 = 21 }
        #expect(answer.wait { $0 > 0 ? $0 : nil } == 42)
    }

    @Test("a thread owns what it is given, and lets it go")
    func thread() throws {
        final class Owned: Sendable {
            let event: Event
            init(_ event: Event) { self.event = event }
            deinit { event.signal() }
        }
        let gone = Event()
        let ran = Event()
        do {
            let owned = Owned(gone)
            try Thread.detach {
                ran.signal()
                withExtendedLifetime(owned) {}
            }
        }
        #expect(ran.wait(until: .after(seconds: 30)))
        #expect(gone.wait(until: .after(seconds: 30)))
    }

    @Test("the system's limits are read")
    func limits() {
        #expect(ProcessLimits.raiseOpenFiles() >= 256)
        #expect(ProcessLimits.raiseOpenFiles() == ProcessLimits.raiseOpenFiles())
        #expect(ProcessLimits.processors >= 1)
        #expect(ProcessLimits.isRoot == (ProcessLimits.userID == 0))
    }

    @Test("groups are found by name and by number")
    func groups() {
        #expect(groupID(named: "root") == 0)
        #expect(groupID(named: "4242") == 4242)
        #expect(groupID(named: "no such group") == nil && groupID(named: "") == nil)
    }

    @Test("the environment is read")
    func environment() {
        #expect(environmentVariable("PATH")?.isEmpty == false)
        #expect(environmentVariable("AUTO_UPLOAD_NO_SUCH_VARIABLE") == nil)
    }

    @Test("random bytes are as many as asked for, and never the same")
    func random() throws {
        #expect(try randomBytes(0).isEmpty)
        #expect(try randomBytes(256).count == 256 && randomBytes(1000).count == 256)
        #expect(try Set((0..<100).map { _ in try randomBytes(16) }).count == 100)
    }

    @Test("large memory comes zeroed and can be written to its end")
    func memory() throws {
        let count = 1 << 20
        let memory = unsafe try #require(PrivateMemory.map(byteCount: count))
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: memory, count: count)
        #expect(unsafe bytes.allSatisfy { $0 == 0 })
        unsafe bytes[count - 1] = 1
        unsafe PrivateMemory.unmap(memory, byteCount: count)
        #expect(unsafe PrivateMemory.map(byteCount: .max) == nil)
    }
}

@Suite("Secrets")
struct SecretBytesTests {
    @Test("they are lent, copied and compared")
    func basics() {
        let secret = SecretBytes("geheim".utf8)
        #expect(secret.count == 6 && !secret.isEmpty)
        let lent = secret.withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
        #expect(lent == Array("geheim".utf8))
        #expect(secret.copy().isEqual(to: secret) == true)
        for other in ["geheiM", "Geheim", "geheim ", "gehei", ""] {
            #expect(secret.isEqual(to: SecretBytes(other.utf8)) == false)
        }
        #expect(SecretBytes([]).isEmpty == true)
        #expect(SecretBytes([]).isEqual(to: SecretBytes([])) == true)
    }

    @Test("an array's bytes are overwritten in place")
    func overwriting() {
        var bytes: [UInt8] = [1, 2, 3]
        overwrite(&bytes)
        #expect(bytes == [0, 0, 0])
        var none: [UInt8] = []
        overwrite(&none)
        #expect(none.isEmpty)
    }
}
