import Foundation
import Platform
import TestSupport
import Testing

@testable import AutoUploadClient

/// Fills the disk that the scratch folder is on: runs only where that is a small one of its own, mounted there for this.
@Suite("A full disk", .enabled(if: SmallDisk.isThere))
struct FullDiskTests {
    private func fill(_ recordings: RecordingsFolder, _ name: String) throws {
        let file = try recordings.watched.open(.of(name), .creating(permissions: 0o600))
        var chunk = [UInt8](repeating: 0x41, count: 1 << 20)
        while chunk.count >= 4096 {
            do throws(SystemError) {
                try file.write(chunk)
                try file.flush()
            } catch {
                chunk.removeLast(max(1, chunk.count / 2))
            }
        }
    }

    @Test("is freed by wiping, though the state lives on it")
    func isFreed() throws {
        for isStateOpen in [true, false] { try expectFreed(isStateOpen) }
    }

    private func expectFreed(_ isStateOpen: Bool) throws {
        let recordings = try RecordingsFolder()
        for number in 0..<20 { try recordings.write([UInt8](repeating: 0x42, count: 100_000), to: .of("\(number)")) }
        var state: ClientState? = try recordings.openState()
        for number in 0..<20 { try state?.record(try confirmation(.of("\(number)"))) }
        if !isStateOpen { state = nil }
        try fill(recordings, "filler")
        let requests = try (0..<20).map { try recordings.request("\($0)") } + [try recordings.request("filler")]
        let opened = try state ?? recordings.openState()
        let eraser = Eraser(folder: recordings.watched, state: opened)
        let outcomes = try recordings.wipe(requests, eraser)
        #expect(outcomes.allSatisfy { $0.isWiped }, "\(outcomes)")
        #expect(recordings.scan().files.isEmpty)
        #expect(try opened.wipeRecords().isEmpty)
    }
}

private enum SmallDisk {
    static var isThere: Bool {
        guard let scratch = try? ScratchFolder(), let folder = try? Directory.open(path: scratch.path),
            let available = try? folder.descriptor.availableBytes()
        else { return false }
        return available < 512 << 20
    }
}
