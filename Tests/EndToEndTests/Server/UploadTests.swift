import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// Uploads that aren't what they say, and questions about what is stored.
@Suite("Uploads")
struct UploadTests {
    @Test("more bytes than declared are refused, and the connection goes on")
    func tooMany() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let content = sample(100_000)
        let upload = try client.offer("more.mp4", size: 99_999)
        try client.send(data: content, upload: upload)
        try client.send(data: content, upload: upload)
        try client.finish(upload, content)
        try expectRefusal(.lengthMismatch, of: upload, client, server)
    }

    @Test("fewer bytes than declared are refused, and the connection goes on")
    func tooFew() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let content = sample(100_000)
        let upload = try client.offer("fewer.mp4", size: 100_001)
        try client.send(data: content, upload: upload)
        try client.finish(upload, content)
        try expectRefusal(.lengthMismatch, of: upload, client, server)
    }

    @Test("bytes with another hash are refused, and the connection goes on")
    func wrongHash() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        var content = sample(100_000)
        let upload = try client.offer("wrong.mp4", size: content.count)
        try client.send(data: content, upload: upload)
        content[50_000] ^= 1
        try client.finish(upload, content)
        try expectRefusal(.digestMismatch, of: upload, client, server)
    }

    @Test("what no disk holds is refused before a byte is sent")
    func tooLarge() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let upload = try client.offer(path: Array("huge.mp4".utf8), size: UInt64(Int64.max))
        try expectRefusal(.tooLarge, of: upload, client, server)
    }

    private func expectRefusal(
        _ status: Status, of upload: UInt32, _ client: ProtocolClient, _ server: TestServer
    ) throws {
        guard case .refused(upload, let refusal) = try client.finalAnswer(to: upload) else {
            throw Failure("not refused")
        }
        #expect(refusal.status == status)
        _ = try server.logLine(with: " refused ", "user=camera", client.address, "status=\(status)")
        guard case .stored = try client.upload(sample(10), to: "good.mp4") else { throw Failure("not stored") }
        client.close()
        try server.expectOnly(["good.mp4"], afterTheEndOf: client)
    }

    @Test("an upload that is given up leaves nothing")
    func abandoned() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let upload = try client.offer("abandoned.mp4", size: 10)
        try client.send(data: sample(10), upload: upload)
        try client.send(.abandon(upload: upload))
        // Late frames for it are dropped.
        try client.send(data: sample(10), upload: upload)
        try client.finish(upload, sample(10))
        guard case .stored(2, _, _) = try client.upload(sample(20), to: "good.mp4") else { throw Failure("not stored") }
        #expect(try server.site.partials() == [])
        client.close()
        try server.expectOnly(["good.mp4"], afterTheEndOf: client)
    }

    @Test("ten thousand offers without data are bounded, and gone with their connection")
    func flood() throws {
        let server = try TestServer()
        let client = try server.connect()
        let limit = Int(try client.greet().maxOpenUploads)
        try client.send(HostileFrameTests.login(Fixtures.user, Fixtures.password))
        guard case .granted = try client.answer() else { throw Failure("no login") }
        var offers: [UInt8] = []
        for number in 1...10_000 {
            try HostileFrameTests.offer(UInt32(number), size: 1 << 20, path: "flood-\(number)").encode(into: &offers)
        }
        try client.send(bytes: offers)
        var answers: [String: Int] = [:]
        for _ in 1...10_000 {
            switch try client.answer() {
            case .proceed: answers["proceed", default: 0] += 1
            case .refused(_, let refusal): answers[refusal.status.name, default: 0] += 1
            case let other: throw Failure("\(other)")
            }
        }
        #expect(answers == ["proceed": limit, "tooManyUploads": 10_000 - limit])
        #expect(try server.site.partials().count == limit)
        client.close()
        try server.expectOnly([], afterTheEndOf: client)
    }

    @Test("files of no bytes, of one, and around the sizes of frames and buffers arrive")
    func sizes() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        var expected: [String: String] = [:]
        for size in [0, 1, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 1_048_576, 3_000_001] {
            let content = sample(size, seed: size)
            guard case .stored(_, let confirmation, false) = try client.upload(content, to: "sizes/\(size)") else {
                throw Failure("\(size) bytes weren't stored")
            }
            #expect(confirmation.size == size)
            expected["sizes/\(size)"] = try digest(of: content)
        }
        #expect(try server.site.stored() == expected)
    }

    @Test("uploads whose frames alternate are kept apart")
    func alternating() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let contents = (0..<20).map { sample(10_000 + $0, seed: $0) }
        let uploads = try contents.map { try client.offer("file-\($0.count)", size: $0.count) }
        for start in stride(from: 0, to: 10_020, by: 700) {
            for (content, upload) in zip(contents, uploads) where start < content.count {
                try client.send(data: Array(content[start..<min(start + 700, content.count)]), upload: upload)
            }
        }
        for (content, upload) in zip(contents, uploads) { try client.finish(upload, content) }
        for _ in uploads {
            guard case .stored = try client.finalAnswer(to: 0) else { throw Failure("not stored") }
        }
        let expected = try contents.map { ("file-\($0.count)", try digest(of: $0)) }
        #expect(try server.site.stored() == Dictionary(uniqueKeysWithValues: expected))
    }

    @Test("who never reads its answers holds up nobody and takes no memory")
    func neverReads() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        var pings: [UInt8] = []
        for _ in 0..<10_000 { ClientMessage.ping(Ping(opaque: 1)).encode(into: &pings) }
        var sent = 0
        // Until the server stops reading, as nobody takes its answers.
        while sent < 200 << 20 {
            let count = try client.sendWithoutReading(pings, patience: 2)
            sent += count
            if count < pings.count { break }
        }
        #expect(sent < 100 << 20)
        try server.expectServing()
        #expect(try server.program.peakMemory() < 100 << 20)
    }

    @Test("a folder that an admin removes is made anew, and what was in it is stored again")
    func removedFolder() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        for _ in 0..<2 {
            guard case .stored(_, _, false) = try client.upload(sample(100), to: "trip/day/clip.mp4") else {
                throw Failure("not stored")
            }
            #expect(try server.site.stored() == ["trip/day/clip.mp4": digest(of: sample(100))])
            try FileManager.default.removeItem(atPath: server.site.storage + "/camera")
        }
    }

    @Test("uploads of one name in one go, and a file for another's folder, are told apart")
    func oneGo() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let files = [("a", 1), ("a", 2), ("a", 1), ("a/b", 3), ("c/d", 4), ("c", 5), ("c/d", 4)]
        var bytes: [UInt8] = []
        for (index, (path, seed)) in files.enumerated() {
            let (upload, content) = (UInt32(index + 1), sample(1000, seed: seed))
            try HostileFrameTests.offer(upload, size: 1000, path: path).encode(into: &bytes)
            bytes += HostileFrameTests.header(0x05, upload: upload, length: 1000) + content
            guard let digest = ContentHasher.digest(of: content) else { throw Failure("no digest") }
            ClientMessage.finish(upload: upload, Finish(digest: digest)).encode(into: &bytes)
        }
        try client.send(bytes: bytes)
        var answers: [UInt32: String] = [:]
        while answers.count < files.count {
            switch try client.finalAnswer(to: 0) {
            case .stored(let upload, let confirmation, let isOld):
                let isBeside = Tree.key(confirmation.path.bytes) != files[Int(upload) - 1].0
                answers[upload] = (isOld ? "old" : "new") + (isBeside ? " beside" : "")
            case .refused(let upload, let refusal): answers[upload] = refusal.status.name
            case let other: throw Failure("\(other)")
            }
        }
        #expect(
            answers == [
                1: "new", 2: "new beside", 3: "old", 4: "nameTaken", 5: "new", 6: "new beside", 7: "old",
            ])
        #expect(try server.site.stored().count == 4)
        #expect(try server.site.partials() == [])
    }

    @Test("times that no file system holds are no reason to refuse", arguments: [Int64.min, -1, 0, Int64.max])
    func oddTimes(_ seconds: Int64) throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let modified = try ModificationTime(seconds: seconds, nanoseconds: 999_999_999)
        let id = UploadID(high: 1, low: 2)
        try client.send(
            .offer(upload: 1, Offer(uploadID: id, size: 0, modified: modified, path: [0x61], isFresh: true)))
        try client.finish(1, [])
        guard case .stored = try client.finalAnswer(to: 1) else { throw Failure("not stored") }
    }

    @Test("a query is answered only when path, size and content all match what is on the disk now")
    func queries() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let content = sample(5000)
        guard case .stored = try client.upload(content, to: "a/clip.mp4") else { throw Failure("not stored") }
        #expect(try client.ask("a/clip.mp4", content) == nil)
        #expect(try client.ask("a/other.mp4", content) == .absent)
        #expect(try client.ask("clip.mp4", content) == .absent)
        #expect(try client.ask("a/clip.mp4", sample(5000, seed: 1)) == .absent)
        #expect(try client.ask("a/clip.mp4", sample(4999)) == .absent)
        #expect(try client.ask("a/../a/clip.mp4", content) == .pathInvalid)
        let stranger = try server.loggedIn(Fixtures.otherUser, Fixtures.otherPassword)
        #expect(try stranger.ask("a/clip.mp4", content) == .absent)
        // Same size, same name, other bytes: only re-reading tells.
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: server.site.storage + "/camera/a/clip.mp4"))
        try file.seek(toOffset: 2500)
        try file.write(contentsOf: Data([content[2500] ^ 1]))
        #expect(try client.ask("a/clip.mp4", content) == .absent)
    }
}
