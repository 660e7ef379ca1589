import Platform
import Testing

@testable import AutoUploadClient

@Suite("Files that stay for want of proof")
struct UnprovenFilesTests {
    /// - Returns: the lines that so many new ones make.
    private func lines(_ count: Int) throws -> [String] {
        let lines = Shared<[String]>([])
        let output = Reporter.Output(
            log: { new in lines.withLock { $0 += new.map(\.text) } }, draw: nil, columns: { 80 })
        let troubles = Troubles(notes: WaitingNotes(), reporter: Reporter(output))
        for index in 0..<count { troubles.unproven(try .of("clip\(index)"), fingerprint(), "nobody knows") }
        troubles.tellUnproven()
        return lines.withLock { $0 }
    }

    @Test("a few are named, of many the number is told")
    func told() throws {
        #expect(try lines(10).count { $0.hasPrefix("kept path=clip") } == 10)
        #expect(try !lines(10).contains { $0.hasPrefix("can't-wipe") })
        let many = try lines(3000)
        #expect(many.count == 11)
        #expect(many.last?.hasPrefix("can't-wipe files=3000 ") == true)
    }
}
