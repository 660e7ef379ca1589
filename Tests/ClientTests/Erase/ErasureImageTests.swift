import Glibc
import Platform
import TestSupport
import Testing

@testable import AutoUploadClient

/// What wiping leaves on a disk, looked for in its image.
@Suite("What is left of a wiped file", .enabled(if: DiskImage.arePossible, DiskImage.reason))
struct ErasureImageTests {
    /// What was found of the recordings: while they were there, and after they were wiped.
    private struct Found: Sendable {
        var before = 0
        var after = 0
        var outcomes: [WipeOutcome] = []
        var allocatedBefore: UInt64 = 0
        var allocatedAfter: UInt64 = 0

        var grades: [ErasureGrade] {
            outcomes.compactMap { if case .wiped(let grade) = $0 { grade } else { nil } }
        }
    }

    private static let secret = (0..<16).map { _ in UInt8.random(in: 1 ... .max) }

    /// - Parameter prepare: is given the watched folder's path, after the recordings were written.
    private static func wiped(
        _ kind: DiskImage.Kind, mount options: String = "nodiscard",
        grading: ErasureGrading = ErasureGrading(), prepare: (String) throws -> Void = { _ in }
    ) throws -> Found {
        var found = Found()
        let image = try DiskImage(kind)
        let recordings = try RecordingsFolder { try image.mount(on: $0, options) }
        try recordings.write(Array(repeatElement(secret, count: 65_536).joined()), to: .of("large"))
        try recordings.write(Array(repeatElement(secret, count: 200).joined()), to: .of("sub/small"))
        try prepare(recordings.watched.path)
        sync()
        (found.before, found.allocatedBefore) = (try image.count(secret), try image.allocated())
        var eraser = Eraser(folder: recordings.watched, state: try recordings.openState())
        eraser.grading = grading
        let requests = try ["large", "sub/small"].map { try recordings.request($0) }
        found.outcomes = try recordings.wipe(requests, eraser)
        sync()
        (found.after, found.allocatedAfter) = (try image.count(secret), try image.allocated())
        return found
    }

    @Test(
        "nothing on ext4 and xfs, and more is promised for neither than what they stand on gives",
        arguments: [.ext4, .xfs] as [DiskImage.Kind])
    func isGone(_ kind: DiskImage.Kind) throws {
        let found = try OwnMounts.run { try Self.wiped(kind) }
        #expect(found.before >= 65_736)
        #expect(found.after == 0)
        #expect(found.grades.count == 2 && found.grades.allSatisfy { $0 > .ineffective }, "\(found.outcomes)")
    }

    @Test("all of it on btrfs, and that is said")
    func staysOnBtrfs() throws {
        let found = try OwnMounts.run { try Self.wiped(.btrfs) }
        #expect(found.before >= 65_736)
        #expect(found.after >= 65_736)
        #expect(found.grades == [.ineffective, .ineffective], "\(found.outcomes)")
    }

    @Test("on ext4 that writes contents to its journal first, what that holds; and that is said")
    func staysInJournal() throws {
        let found = try OwnMounts.run { try Self.wiped(.ext4, mount: "nodiscard,data=journal") }
        #expect(found.after > 0)
        #expect(found.grades == [.ineffective, .ineffective], "\(found.outcomes)")
    }

    @Test(
        "a file that shares its blocks with another one, by a reflink, isn't overwritten where it lies; and that is said"
    )
    func staysInReflink() throws {
        let found = try OwnMounts.run {
            try Self.wiped(.xfs) { try DiskImage.run("cp", "--reflink=always", $0 + "/large", $0 + "/copy") }
        }
        #expect(found.after >= 65_536)
        #expect(found.grades.first == .ineffective, "\(found.outcomes)")
        #expect(try #require(found.grades.last) > .ineffective)
    }

    @Test("with the mount option discard, the device is told that the blocks are free")
    func isDiscarded() throws {
        let found = try OwnMounts.run { try Self.wiped(.ext4, mount: "discard") }
        #expect(found.after == 0)
        #expect(found.allocatedAfter + (1 << 20) <= found.allocatedBefore)
    }

    @Test("where a better grade is asked for than there is, files stay as they are")
    func isRefused() throws {
        let found = try OwnMounts.run { try Self.wiped(.btrfs, grading: ErasureGrading(required: .flash)) }
        #expect(found.outcomes.allSatisfy { $0.isKept }, "\(found.outcomes)")
        #expect(found.outcomes.allSatisfy { $0.reason.contains("graded ineffective, and --require-grade wants flash") })
    }

    @Test("a file that comes to share its blocks between two looks gets its name back")
    func isRefusedLate() throws {
        let (outcome, text) = try OwnMounts.run { () -> (WipeOutcome, String?) in
            let image = try DiskImage(.xfs)
            let recordings = try RecordingsFolder { try image.mount(on: $0) }
            try recordings.write("recorded", to: "clip")
            var eraser = Eraser(folder: recordings.watched, state: try recordings.openState())
            let ground = ErasureGround(grade: .inPlace, reason: "a test's")
            eraser.grading = ErasureGrading(required: .inPlace) { _ in ground }
            let path = recordings.watched.path
            let hook = StepHook(before: .rename) {
                try? DiskImage.run("cp", "--reflink=always", path + "/clip", path + "/copy")
            }
            let request = try recordings.request("clip")
            let outcome = hook.install(in: eraser).wipe([request])[0]
            return (outcome, try recordings.text(of: "clip"))
        }
        #expect(outcome.isKept && outcome.reason.contains("--require-grade"), "\(outcome)")
        #expect(text == "recorded")
    }
}
