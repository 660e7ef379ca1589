import Domain
import Platform
import SQLite
import TestSupport
import Testing

@testable import Catalogue
@testable import Storage

@Suite("Links")
struct LinkTests {
    @Test(
        "those by name have the addresses that they always had",
        arguments: [("report.pdf", "ZGbkUKFr"), ("movie.mp4", "vcgPqi0V"), ("1kb.txt", "rZXxpcTM")])
    func byName(_ name: String, _ text: String) throws {
        let id = try #require(LinkID.ofName(Array(name.utf8)))
        #expect(id.text == text && LinkID(text) == id)
    }

    @Test("others can't be guessed, and all are read strictly")
    func random() throws {
        let ids = try (0..<100).map { _ in try LinkID.random() }
        #expect(Set(ids).count == 100)
        for id in ids { #expect(LinkID(id.text) == id) }
        for text in ["", "short", "ZGbkUKF-", "ZGbkUKFrX", ids[0].text + "x", String(ids[0].text.dropLast()) + "+"] {
            #expect(LinkID(text) == nil)
        }
    }

    @Test("is found as it was made, good as often and as long as it says, and for nobody once it is revoked")
    func life() throws {
        let scratch = try ScratchFolder("links")
        var connection = try SQLiteConnection(path: scratch.path("catalogue"))
        _ = try connection.prepare(CatalogueSchema.all)
        let user = try #require(FileName("alice"))
        var link = Link(try LinkID.random(), .drop, of: Array("a/b".utf8), user: user, madeBy: "admin")
        (link.ends, link.usesLeft, link.password, link.note) = (1000, 3, "$argon2id$", "hello")
        (link.largest, link.bytesLeft) = (10, 100)
        #expect(try connection.add(link))
        #expect(try !connection.add(link))
        let found = try #require(try connection.link(link.id))
        #expect(found == link)
        #expect(try connection.links(of: (Array("a/b".utf8), user)) == [link])
        #expect(try connection.links(of: (Array("a".utf8), user)).isEmpty)
        #expect(try !connection.use(link.id, at: 1000))
        #expect(try connection.use(link.id, adding: 90, at: 999))
        #expect(try !connection.use(link.id, adding: 11, at: 999))
        #expect(try connection.use(link.id, adding: 10, at: 999))
        #expect(try connection.use(link.id, at: 999))
        #expect(try !connection.use(link.id, at: 999))
        let used = try #require(try connection.link(link.id))
        #expect(used.uses == 3 && used.usesLeft == 0 && used.bytesLeft == 0 && used.isOver(at: 0))
        #expect(try connection.revoke(link.id))
        #expect(try !connection.revoke(link.id))
        #expect(try connection.link(link.id) == nil)
        withExtendedLifetime(scratch) {}
    }
    @Test(
        "of several files those that are deleted lead nowhere until they come back, and what goes for good goes from the link"
    )
    func deletedOfSeveral() throws {
        let scratch = try ScratchFolder("links")
        var connection = try SQLiteConnection(path: scratch.path("catalogue"))
        _ = try connection.prepare(CatalogueSchema.all)
        let (user, other) = (try #require(FileName("alice")), try #require(FileName("bob")))
        let paths = try ["a/b", "a/bc", "d"].map { try RemotePath(Array($0.utf8)) }
        var link = Link(try LinkID.random(), .several, of: [], user: user, madeBy: "admin")
        link.files = paths.map(\.bytes)
        #expect(try connection.add(link))
        func files() throws -> [[UInt8]]? { try connection.link(link.id)?.files }
        let batch = try TrashBatch.new(at: 1000)
        let deleted = paths.map { DeletedFile(path: $0, size: 1, batch: batch) }
        try connection.noteDeletion(deleted[0], of: other)
        #expect(try files() == link.files)
        try connection.noteDeletion(deleted[0], of: user)
        #expect(try files() == [batch.place(of: paths[0]), paths[1].bytes, paths[2].bytes])
        #expect(try connection.link(link.id)?.target == Array("a/b and 2 more".utf8))
        // It comes back under another name.
        let name = try RemotePath(Array("a/b.1".utf8))
        try connection.noteReturn(RestoredFile(path: name, deleted: deleted[0]), of: user)
        #expect(try files() == [name.bytes, paths[1].bytes, paths[2].bytes])
        try connection.removeLinks(to: name.bytes, of: user)
        try connection.noteDeletion(DeletedFile(path: paths[1], size: 1, batch: nil), of: user)
        #expect(try files() == [paths[2].bytes])
        try connection.noteDeletion(deleted[2], of: user)
        try connection.removeLinks(to: batch.place(of: paths[2]), of: user)
        #expect(try connection.link(link.id) == nil)
        withExtendedLifetime(scratch) {}
    }
}
