import Foundation
import Glibc
import TestSupport
import Testing
import Wire

/// Somebody on the server's machine who renames and swaps what is stored, and what is under way, while the server runs: it may lose
/// files that way, but nothing is confirmed that isn't there, and nothing lands in another user's folder.
@Suite("Files that are swapped")
struct SwappedFileTests {
    private let server: TestServer

    init() throws {
        server = try TestServer()
    }

    private func exchange(_ one: String, _ other: String) throws {
        let aside = server.site.scratch.path("aside")
        for (from, to) in [(one, aside), (other, one), (aside, other)] {
            guard unsafe rename(from, to) == 0 else { throw Failure("can't rename \(from): \(errno)") }
        }
    }

    /// Whether content lies in a user's folder, under whichever name.
    private func isStored(_ content: [UInt8], for user: String = Fixtures.user) throws -> Bool {
        try server.site.stored(for: user).values.contains(digest(of: content))
    }

    @Test("two files that have changed names aren't taken for what they were")
    func stored() throws {
        let client = try server.loggedIn()
        let (one, other) = (sample(5000, seed: 1), sample(5000, seed: 2))
        for (content, name) in [(one, "one"), (other, "other")] {
            guard case .stored = try client.upload(content, to: name) else { throw Failure("not stored") }
        }
        let folder = server.site.storage + "/" + Fixtures.user
        try exchange(folder + "/one", folder + "/other")
        #expect(try client.ask("one", one) != nil)
        #expect(try client.ask("one", other) == nil)
        // What is offered again goes beside it, and is there.
        guard case .stored = try client.upload(one, to: "one") else { throw Failure("not stored") }
        #expect(try isStored(one) && isStored(other))
    }

    @Test("a file whose content was replaced, its times put back, isn't confirmed again")
    func replaced() throws {
        let client = try server.loggedIn()
        let content = sample(5000, seed: 1)
        guard case .stored = try client.upload(content, to: "clip") else { throw Failure("not stored") }
        let path = server.site.storage + "/\(Fixtures.user)/clip"
        let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] ?? Date()
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.write(contentsOf: Data(sample(5000, seed: 2)))
        try handle.close()
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        #expect(try client.ask("clip", content) != nil)
        guard case .stored = try client.upload(content, to: "clip") else { throw Failure("not stored") }
        #expect(try isStored(content))
    }

    @Test("uploads that are under way while their files change names are each what was sent, or not confirmed")
    func partials() throws {
        let client = try server.loggedIn()
        let contents = [sample(600_000, seed: 1), sample(600_000, seed: 2)]
        let uploads = try contents.indices.map { try client.offer("clip-\($0)", size: contents[$0].count) }
        for _ in uploads { guard case .proceed = try client.answer() else { throw Failure("no proceed") } }
        for (upload, content) in zip(uploads, contents) {
            try client.send(data: Array(content[..<300_000]), upload: upload)
        }
        let folder = server.site.storage + "/.auto-upload/partial/"
        let names = try server.site.partials().sorted()
        if names.count >= 2 { try exchange(folder + names[0], folder + names[1]) }
        for (upload, content) in zip(uploads, contents) {
            try client.send(data: Array(content[300_000...]), upload: upload)
            try client.finish(upload, content)
        }
        try expectTrue(client, contents)
    }

    @Test("a user's folder that is put in another's place while an upload goes on takes nothing into that")
    func users() throws {
        try server.loggedIn(Fixtures.otherUser, Fixtures.otherPassword).close()
        let client = try server.loggedIn()
        for (user, password) in [(Fixtures.user, Fixtures.password), (Fixtures.otherUser, Fixtures.otherPassword)] {
            let own = try server.loggedIn(user, password)
            guard case .stored = try own.upload(sample(10), to: "first") else { throw Failure("not stored") }
        }
        let content = sample(600_000, seed: 1)
        let upload = try client.offer("clip", size: content.count)
        guard case .proceed = try client.answer() else { throw Failure("no proceed") }
        try client.send(data: Array(content[..<300_000]), upload: upload)
        let folder = server.site.storage + "/"
        try exchange(folder + Fixtures.user, folder + Fixtures.otherUser)
        try client.send(data: Array(content[300_000...]), upload: upload)
        try client.finish(upload, content)
        // Names are what folders go by: it is stored where its user's name is now, or not at all.
        try expectTrue(client, [content])
        #expect(try !isStored(content, for: Fixtures.otherUser))
    }

    /// Takes the answers, and looks that what they confirm is there.
    private func expectTrue(_ client: ProtocolClient, _ contents: [[UInt8]]) throws {
        var answers = 0
        while answers < contents.count, let message = try client.receive() {
            switch message {
            case .stored(let upload, let confirmation, _):
                let content = try contents.first { try digest(of: $0) == "\(confirmation.digest)" }
                let found = try #require(content, "upload \(upload) confirms what wasn't sent")
                #expect(try isStored(found))
                answers += 1
            case .refused: answers += 1
            default: continue
            }
        }
        try server.expectServing()
    }
}
