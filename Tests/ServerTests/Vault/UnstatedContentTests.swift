import Domain
import Platform
import TestSupport
import Testing

@testable import Storage

/// Uploads whose size or digest their client doesn't state: what came is what is stored.
@Suite struct UnstatedContentTests {
    private let id = UploadID(high: 1, low: 2)

    private func offered(_ path: String, size: UInt64?) throws -> OfferedFile {
        OfferedFile(user: .alice, path: try RemotePath(Array(path.utf8)), id: id, size: size, modified: .testTime)
    }

    private func begin(_ test: TestVault, size: UInt64? = nil) throws -> PartialUpload {
        try test.vault.begin(offered("clip", size: size), isFresh: false)
    }

    private func send(_ content: some Sequence<UInt8>, to upload: PartialUpload) {
        let content = Array(content)
        for start in stride(from: 0, to: content.count, by: 700) {
            upload.append(Array(content[start..<min(start + 700, content.count)]))
        }
    }

    @Test("what came is stored, whatever its size", arguments: [0, 1, 999, 4000, 4001, 20_000])
    func stores(_ count: Int) throws {
        let test = try TestVault(partials: .small)
        let content = [UInt8].content(3, count: count)
        let upload = try begin(test)
        send(content, to: upload)
        let stored = try test.commit(PendingCommit(received: upload))
        #expect(try stored.size == UInt64(count) && stored.digest == content.digest())
        #expect(try test.scratch.bytes(of: "alice/clip") == content)
        #expect(try test.staged().isEmpty)
    }

    @Test("with a stated size it must be reached, and with a stated digest that must be met")
    func stated() throws {
        let test = try TestVault(partials: .small)
        let content = [UInt8].content(4, count: 5000)
        let whole = try begin(test, size: 5000)
        send(content, to: whole)
        #expect(try test.commit(PendingCommit(received: whole)).digest == content.digest())
        let short = try begin(test, size: 5001)
        send(content, to: short)
        #expect(throws: VaultError.digestMismatch) { try PendingCommit(received: short) }
        let other = try begin(test)
        send(content, to: other)
        let commit = PendingCommit(partial: other, digest: try [UInt8].content(5).digest())
        #expect(throws: VaultError.digestMismatch) { try test.commit(commit) }
        let right = try begin(test)
        send(content, to: right)
        #expect(try test.commit(PendingCommit(partial: right, digest: content.digest())).wasThere)
    }

    @Test("it goes on after a break")
    func resumes() throws {
        let test = try TestVault(partials: .small)
        try breakOff(test)
        try goOn(test)
    }

    @Test("also in the next process")
    func nextProcess() throws {
        let scratch = try ScratchFolder("vault")
        try breakOff(TestVault(partials: .small, in: scratch))
        try goOn(TestVault(partials: .small, in: scratch))
    }

    private func breakOff(_ test: TestVault) throws {
        let upload = try begin(test)
        send([UInt8].content(6, count: 9000).prefix(3210), to: upload)
        #expect(upload.leave() == 3210)
    }

    private func goOn(_ test: TestVault) throws {
        let content = [UInt8].content(6, count: 9000)
        let upload = try begin(test)
        #expect(upload.offset == 3210)
        send(content.dropFirst(3210), to: upload)
        #expect(try test.commit(PendingCommit(received: upload)).digest == content.digest())
    }

    @Test("room is set aside as it grows, and given back at the end")
    func room() throws {
        let test = try TestVault(partials: .small, quotas: { _ in .bytes(10_000) })
        let upload = try begin(test)
        send([UInt8].content(7, count: 9_000), to: upload)
        let commit = try PendingCommit(received: upload)
        #expect(test.vault.quotaRemaining(of: .alice) == 1_000)
        _ = try test.commit(commit)
        #expect(test.vault.quotaRemaining(of: .alice) == 1_000)
        let second = try begin(test)
        send([UInt8].content(8, count: 1_001), to: second)
        #expect(second.failure == .quotaExceeded(left: 300))
        #expect(throws: VaultError.quotaExceeded(left: 300)) { try PendingCommit(received: second) }
        second.discard()
        #expect(test.vault.quotaRemaining(of: .alice) == 1_000)
        #expect(try test.staged().isEmpty)
    }
}
