import Domain
import Platform
import TestSupport
import Testing

@testable import DeviceFace
@testable import Storage

/// When finished uploads are committed, and by whom.
@Suite struct CommitQueueTests {
    private let disk = SlowDisk()
    private let test: TestVault

    init() throws {
        test = try TestVault(flushing: disk.calls)
    }

    private func finished(_ upload: UInt32, digest: ContentDigest? = nil) throws -> FinishedUpload {
        let commit = try test.receive([UInt8(upload)], as: Array("\(upload)".utf8), digest: digest)
        return FinishedUpload(upload: upload, commit: commit)
    }

    @Test("a batch is due once so many wait; each upload has its own result, in the order in which they were finished")
    func batch() throws {
        var queue = CommitQueue(test.vault, batch: 3)
        for upload: UInt32 in 1...3 {
            #expect(!queue.isDue)
            queue.add(try finished(upload, digest: upload == 2 ? [7].digest() : nil))
        }
        #expect(queue.isDue && !queue.isCrowded && queue.count == 3)
        let outcome = queue.commit()
        #expect(outcome.map(\.upload.upload) == [1, 2, 3])
        #expect(outcome.map { (try? $0.result.get())?.pathText } == ["1", nil, "3"])
        #expect(queue.isEmpty && !queue.isDue)
        let nothing = queue.commit()
        #expect(nothing.isEmpty)
    }

    @Test("while another thread commits, nothing else is due; what it has committed comes before what waited meanwhile")
    func aside() throws {
        var queue = CommitQueue(test.vault, batch: 2)
        var began = queue.commitAside()
        #expect(!began)
        disk.stick()
        defer { disk.letGo() }
        for upload: UInt32 in 1...2 { queue.add(try finished(upload)) }
        began = queue.commitAside()
        #expect(began && queue.asideEnds != nil && !queue.isEmpty)
        for upload: UInt32 in 3...4 { queue.add(try finished(upload)) }
        began = queue.commitAside()
        var outcome = queue.takeCommitted()
        #expect(!began && outcome.isEmpty && queue.count == 4)
        #expect(!queue.mayCommit && !queue.isDue && !queue.isCrowded)
        disk.letGo()
        outcome = queue.awaitCommitted()
        #expect(outcome.map(\.upload.upload) == [1, 2])
        #expect(queue.isDue && queue.asideEnds == nil)
        outcome = queue.commit()
        #expect(outcome.map(\.upload.upload) == [3, 4])
        #expect(queue.isEmpty)
    }

    @Test("another thread is worth its while for a crowd")
    func crowd() throws {
        var queue = CommitQueue(test.vault, batch: 1000)
        for upload in 1...UInt32(CommitQueue.crowd) {
            #expect(!queue.isCrowded)
            queue.add(try finished(upload))
        }
        #expect(queue.isCrowded && !queue.isDue)
    }
}
