import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import DeviceFace
@testable import Storage

@Suite("Uploads that were stored lately")
struct RecentCommitsTests {
    private func file(_ user: String = "alice", path: String = "a", id: UInt64 = 1, size: UInt64 = 1) throws
        -> OfferedFile
    {
        let offer = try Offer(
            uploadID: UploadID(high: 0, low: id), size: size, modified: ModificationTime(seconds: 0, nanoseconds: 0),
            path: Array(path.utf8), isFresh: id % 2 == 0)
        return OfferedFile(
            user: try #require(FileName(Array(user.utf8))), path: try RemotePath(Array(path.utf8)), offer)
    }

    @Test("one is known by user, id and all that was offered, and told once")
    func known() throws {
        let commits = RecentCommits()
        commits.note(try file())
        for other in [
            try file("bob"), try file(path: "b"), try file(id: 2), try file(size: 2),
        ] { #expect(!commits.take(other)) }
        #expect(commits.take(try file()))
        #expect(!commits.take(try file()))
    }

    @Test("the last ones of each user are known, whatever others do")
    func bounded() throws {
        let commits = RecentCommits()
        commits.note(try file("bob"))
        let count = UInt64(RecentCommits.remembered)
        for id in 1...count * 2 { commits.note(try file(id: id)) }
        #expect(try !(1...count).contains { commits.take(try file(id: $0)) })
        #expect(try (count + 1...count * 2).allSatisfy { commits.take(try file(id: $0)) })
        #expect(commits.take(try file("bob")))
    }

    @Test("who waits for a commit under way is told of it; one that failed isn't told of")
    func waiting() throws {
        let test = try TestVault(partials: .small)
        let upload = BrokenUpload(1)
        let first = try upload.begin(test)
        upload.send(first)
        #expect(throws: VaultError.digestMismatch) {
            try test.vault.commit([PendingCommit(partial: first, digest: try [1].digest())])[0].get()
        }
        let second = try test.vault.begin(upload.offered(test), isFresh: false, tellsCommitted: true)
        upload.send(second)
        _ = try upload.commit(second, test)
        #expect(throws: VaultError.alreadyCommitted) {
            try test.vault.begin(upload.offered(test), isFresh: false, tellsCommitted: true)
        }
        #expect(try test.staged().isEmpty)
    }
}
