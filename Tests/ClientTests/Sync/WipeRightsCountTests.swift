import Platform
import TestSupport
import Testing

@testable import AutoUploadClient

/// The card is only to be read: all files stay, whatever is done with them in a pass.
@Suite("Files that stay for want of rights", .enabled(if: OwnMounts.arePossible, OwnMounts.reason))
struct WipeRightsCountTests {
    /// As many as are confirmed already, as are old enough to be sent, and as wait for a tick of their clock before.
    private static let (confirmed, old, young) = (["a", "b"], ["c"], ["d"])

    private struct Found: Sendable {
        let remaining: Int
        let log: [String]
    }

    private static func passes() throws -> [Found] {
        let rig = try ClientRig(deletes: true)
        try OwnMounts.mountMemory(on: rig.scratch.path("recordings"), mebibytes: 4)
        let server = try FakeServer()
        for name in confirmed { try rig.write(name, to: name) }
        _ = try ClientRig(continuing: rig, deletes: false).pass(against: server)
        for name in old { try rig.write(name, to: name) }
        let rules = SettleRules(settleSeconds: 0, settleUnknownSeconds: 0, tickSeconds: 0.2, coarseTickSeconds: 0.2)
        let context = try rig.context(for: server, trusting: TestCertificates.trusted.get(), settle: rules)
        let recorded = try rig.fingerprint(of: old[0]).changed
        while FileTime.now.seconds(since: recorded) < rules.tickSeconds { Thread.sleep(seconds: 0.001) }
        for name in young { try rig.write(name, to: name) }
        try OwnMounts.forbidChanges(in: rig.scratch.path("recordings"))
        return try (0..<2).map { _ in
            let before = rig.log.count
            let result = try rig.pass(context)
            return Found(remaining: result.remaining, log: Array(rig.log.dropFirst(before)))
        }
    }

    @Test("each counts once, though the folder is looked at twice for a tick, and people are told once a day")
    func once() throws {
        let found = try OwnMounts.run { try Self.passes() }
        #expect(found.map(\.remaining) == [4, 4])
        let told = found.map { $0.log.filter { $0.hasPrefix("can't-wipe ") } }
        #expect(told[0].count == 1 && told[0][0].hasPrefix("can't-wipe files=4 "), "\(found[0].log)")
        #expect(told[1].isEmpty)
    }

    @Test("whoever asks again about a file doesn't count it again")
    func askedAgain() throws {
        let files = try OwnMounts.run {
            let recordings = try RecordingsFolder()
            try OwnMounts.mountMemory(on: recordings.watched.path, mebibytes: 1)
            try OwnMounts.forbidChanges(in: recordings.watched.path)
            let folder = try WatchedFolder(path: recordings.watched.path)
            let obstacles = WipeObstacles(ErasureGrading())
            let stand = try (0..<3).allSatisfy { _ in obstacles.obstacle(to: try .of("clip"), in: folder) != nil }
            return stand ? obstacles.files : -1
        }
        #expect(files == 1)
    }
}
