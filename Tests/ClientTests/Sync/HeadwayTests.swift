import Domain
import Platform
import Testing

@testable import AutoUploadClient

@Suite("Headway")
struct HeadwayTests {
    private func file(_ fingerprint: Fingerprint) throws -> DueFile {
        DueFile(
            path: try .of("a"), fingerprint: fingerprint, remote: try RemotePath([0x61]), toleratedWriter: .none)
    }

    @Test("only more than ever before is headway")
    func offsets() throws {
        let headway = Headway()
        let file = try file(fingerprint())
        func isMade(at offset: UInt64, _ file: DueFile) -> Bool {
            let before = headway.steps
            headway.resumed(file, at: offset)
            return headway.steps > before
        }
        #expect(!isMade(at: 0, file))
        #expect(isMade(at: 100, file))
        #expect(!isMade(at: 100, file))
        #expect(!isMade(at: 0, file))
        #expect(!isMade(at: 100, file))
        #expect(isMade(at: 101, file))
        // It has changed: what it was counts no more.
        #expect(isMade(at: 5, try self.file(fingerprint(changed: 101))))
    }

    @Test("a confirmation is headway")
    func confirmations() throws {
        let headway = Headway()
        headway.confirmed(try file(fingerprint()))
        #expect(headway.steps == 1)
    }
}
