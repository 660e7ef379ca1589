import Platform
import TestSupport
import Testing

@testable import AutoUploadClient

@Suite("What a wipe is worth")
struct ErasureGradeTests {
    @Test("the grades are in order")
    func order() {
        #expect(ErasureGrade.allCases.sorted() == ErasureGrade.allCases)
        #expect(ErasureGrade.ineffective < .unknown && ErasureGrade.encrypted < .inPlace)
    }

    @Test("how a file lies lowers the grade, and encryption holds it up")
    func placing() {
        let disk = ErasureGround(grade: .inPlace, reason: "a disk")
        let flash = ErasureGround(grade: .flash, reason: "a card")
        let vault = ErasureGround(grade: .encrypted, isEncrypted: true, reason: "a card with dm-crypt")
        for placing in [ContentPlacing.shared, .inline, .encoded, .journaled] {
            #expect(disk.grade(placing) == .ineffective)
            #expect(vault.grade(placing) == .encrypted)
            #expect(disk.grade([placing, .encrypted]) == .encrypted)
        }
        #expect(disk.grade([]) == .inPlace)
        #expect(disk.grade(.encrypted) == .inPlace)
        #expect(flash.grade([]) == .flash)
        #expect(flash.grade(.encrypted) == .encrypted)
        #expect(flash.withoutOverwriting == .ineffective)
        #expect(vault.withoutOverwriting == .encrypted)
    }

    @Test("memory is overwritten in place, and /proc is anybody's guess")
    func running() throws {
        let memory = ErasureGround(under: try Directory.open(path: "/dev/shm").descriptor)
        #expect(memory.grade == .inPlace && memory.reason.contains("tmpfs"))
        let proc = ErasureGround(under: try Directory.open(path: "/proc").descriptor)
        #expect(proc.grade == .unknown)
    }

    @Test("the ground is looked at once, and nothing is asked for unless a person does")
    func grading() throws {
        let recordings = try RecordingsFolder()
        try recordings.write("x", to: "clip")
        let looks = Shared(0)
        func grading(_ required: ErasureGrade?) -> ErasureGrading {
            ErasureGrading(required: required) { _ in
                looks.withLock { $0 += 1 }
                return ErasureGround(grade: .flash, reason: "a card")
            }
        }
        let strict = grading(.inPlace)
        for _ in 0..<3 {
            let objection = try #require(strict.objection(to: .of("clip"), in: recordings.watched))
            #expect(objection == "wiping it would be graded flash, and --require-grade wants in-place: a card")
        }
        #expect(looks.withLock { $0 } == 1)
        #expect(try grading(.flash).objection(to: .of("clip"), in: recordings.watched) == nil)
        #expect(try grading(nil).objection(to: .of("clip"), in: recordings.watched) == nil)
    }

    @Test(
        "below what is asked for files are sent once, stay, and count as remaining; what was wiped is noted with its receipt"
    )
    func pass() throws {
        let rig = try ClientRig(deletes: true)
        let server = try FakeServer()
        try rig.write("recorded", to: "clip")
        var context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        context.setup.makeGrading = {
            ErasureGrading(required: .inPlace) { _ in ErasureGround(grade: .flash, reason: "a card") }
        }
        for pass in 1...2 {
            let before = rig.log.count
            let result = try rig.pass(context)
            #expect(result.remaining == 1)
            #expect(result.standings.counts == [.kept: 1])
            #expect(result.ground?.grade == .flash)
            let log = rig.log.dropFirst(before)
            #expect(
                log.contains { $0.hasPrefix("can't-wipe files=1") && $0.contains("graded flash") } == (pass == 1),
                "\(log)")
            #expect(log.contains { $0.hasPrefix("confirmed ") } == (pass == 1), "\(log)")
        }
        #expect(rig.isThere("clip"))
        context.setup.makeGrading = { ErasureGrading { _ in ErasureGround(grade: .flash, reason: "a card") } }
        for _ in 0..<2000 where rig.isThere("clip") {
            Thread.sleep(seconds: 0.002)
            _ = try rig.pass(context)
        }
        #expect(rig.log.contains { $0.hasPrefix("wiped path=clip") && $0.contains("grade=flash") }, "\(rig.log)")
    }
}
