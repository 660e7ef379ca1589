import Domain
import Foundation
import TestSupport
import Testing
import Wire

/// Users whose files go below a prefix: the clients needn't know.
@Suite("Prefixes")
struct PrefixTests {
    private let server: TestServer

    init() throws {
        let site = try Site()
        try site.setPrefix("in/card 1")
        server = try TestServer(site)
    }

    @Test("a device's files go below it, are confirmed as they were offered, found by a question, and wiped")
    func device() throws {
        let client = try TestClient(server)
        try client.record(sample(100_000), as: "trip/clip.mp4")
        try client.record(sample(10), as: "small")
        let recordings = try client.recordings()
        let ended = try client.pass("-d", "y")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try client.recordings() == [:])
        let expected = Dictionary(uniqueKeysWithValues: recordings.map { ("in/card 1/\($0)", $1) })
        #expect(try server.site.stored() == expected)
        let other = try server.loggedIn()
        guard case .stored(_, let confirmation, true) = try other.upload(sample(10), to: "small") else {
            throw Failure("not there already")
        }
        #expect(confirmation.path.bytes == Array("small".utf8))
        #expect(try other.ask("small", sample(10)) == nil)
        // Where it really lies is nowhere that a client can name.
        #expect(try other.ask("in/card 1/small", sample(10)) == .absent)
        guard case .stored(_, let beside, false) = try other.upload(sample(11), to: "small") else {
            throw Failure("not stored beside")
        }
        #expect(beside.path.bytes.starts(with: Array("small.".utf8)))
        #expect(try other.ask(beside.path.description, sample(11)) == nil)
        _ = try server.logLine(with: " stored ", #"path="in/card 1/trip/clip.mp4""#)
    }

    @Test("the web's, too: by PUT and by a form, and their receipts are genuine")
    func web() throws {
        let curl = try Curl(server)
        let path = try curl.scratch.write(sample(3000), to: "clip")
        let put = try curl("/files/a/b%20c", Curl.login + ["-T", path])
        #expect(put.status == 201 && put.fields["location"] == "/files/a/b%20c", "\(put)")
        let receipt = try curl.scratch.write(put.text, to: "receipt")
        #expect(try RunningProgram.run(Binaries.client, ["verify-receipt", receipt, path]).status == 0)
        #expect(put.text.contains("path: a/b%20c\n"), "\(put.text)")
        let json = ["-H", "Accept: application/json", "-F", "file=@\(path);filename=d/e"]
        let form = try curl("/upload", Curl.login + json).files()
        #expect(form.map { $0["name"] as? String } == ["d/e"])
        #expect(try server.site.stored().keys.sorted() == ["in/card 1/a/b c", "in/card 1/d/e"])
        #expect(try curl("/files/a/b%20c", Curl.login + ["-T", path]).status == 200)
    }

    @Test("a path that is too long with it is refused, for each face in its words")
    func tooLong() throws {
        let long = (0..<16).map { _ in String(repeating: "n", count: 250) }.joined(separator: "/") + "/"
        // 4089 bytes of its own.
        let path = long + String(repeating: "x", count: 4089 - long.utf8.count)
        let client = try server.loggedIn()
        _ = try client.offer(path, size: 100_000)
        guard case .refused(_, let refusal) = try client.answer() else { throw Failure("not refused") }
        #expect(refusal.status == .pathInvalid && refusal.text.contains("prefix"), "\(refusal)")
        #expect(try client.ask(path, []) == .pathInvalid)
        let deep = Array(repeating: "d", count: 63).joined(separator: "/")
        let curl = try Curl(server)
        let file = try curl.scratch.write("x", to: "x")
        let answer = try curl("/files/\(deep)", Curl.login + ["-T", file])
        #expect(answer.status == 400 && answer.text.contains("prefix"), "\(answer)")
        #expect(try server.site.stored() == [:])
    }

    @Test("another prefix ends the user's connections; what was parked begins anew, in its new place")
    func change() throws {
        let file = LargeUpload(size: 3 << 20)
        let client = try server.loggedIn()
        #expect(try file.begin(client) == 0)
        try file.send(client, from: 0, upTo: 2 << 20)
        try client.awaitPong()
        try server.site.setPrefix("")
        server.program.signal(SIGHUP)
        let last = try client.remainder(seconds: 30).last
        guard case .closing(let refusal)? = last else { throw Failure("no closing, but \(String(describing: last))") }
        #expect(refusal.status == .busy)
        _ = try server.logLine(with: " parked ", #"path="in/card 1/large.mp4""#)
        let next = try server.loggedIn()
        #expect(try file.begin(next) == 0)
        try file.send(next, from: 0, upTo: file.size)
        try file.finish(next)
        guard case .stored(_, let confirmation, _) = try next.answer() else { throw Failure("not stored") }
        #expect(confirmation.path.description == "large.mp4")
        #expect(try server.site.stored() == ["large.mp4": file.digest().description])
        #expect(try server.site.partials() == [])
    }

    @Test("quotas count what is below it, and the folders that it takes")
    func quota() throws {
        // The user's folder, the prefix' two and a file of one block: 4 KiB each, and 4 KiB for the file itself.
        try server.site.setQuota("20K")
        let client = try server.loggedIn()
        guard case .stored = try client.upload(sample(10), to: "a") else { throw Failure("not stored") }
        _ = try client.offer("b", size: 8192)
        guard case .refused(_, let refusal) = try client.answer() else { throw Failure("not refused") }
        #expect(refusal.status == .quotaExceeded)
    }
}
