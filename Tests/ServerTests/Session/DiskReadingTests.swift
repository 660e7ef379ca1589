import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import Connections
@testable import DeviceFace
@testable import Storage

/// What is read because a client asks.
@Suite struct DiskReadingTests {
    private let test: TestVault
    private let membership = Membership(1, in: ConnectionRegistry(Limits().admission))

    init() throws {
        test = try TestVault(partials: .small)
    }

    private var reading: DiskReading {
        DiskReading(
            vault: test.vault, gate: ReadingGate(simultaneous: 2), allowance: ReadingAllowance(),
            membership: membership)
    }

    private func find(_ content: [UInt8]) throws -> DiskReading.Answer {
        let path = Array("clip".utf8)
        let query = try Query(size: UInt64(content.count), digest: content.digest(), path: path)
        return try reading.find(query, RemotePath(path), of: .alice)
    }

    @Test("exactly what is asked about is found")
    func find() throws {
        try test.store([1, 2, 3], as: "clip")
        guard case .found(let stored) = try find([1, 2, 3]) else { throw Unexpected() }
        #expect(stored.pathText == "clip")
        guard case .declined(let declined) = try find([1, 2, 4]) else { throw Unexpected() }
        #expect(declined.refusal == .absent)
    }

    @Test("for a connection that is to end, no beginning is read again")
    func ending() throws {
        let upload = BrokenUpload(1)
        _ = try upload.breakOff(test, at: 3000)
        let partial = try upload.begin(test)
        #expect(partial.hasUnreadPrefix)
        membership.standing.evict(.userRemoved)
        #expect(!reading.readPrefix(of: partial, of: .alice) && partial.hasUnreadPrefix)
        #expect(membership.isToEnd && membership.ending?.words?.status == .busy)
    }

    private struct Unexpected: Error {}
}
