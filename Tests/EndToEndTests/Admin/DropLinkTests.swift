import Foundation
import Platform
import TestSupport
import Testing

/// Files that somebody without an account adds by an admin's link.
@Suite("Links to add files")
struct DropLinkTests {
    private let server: TestServer
    private let admin: AdminVisitor
    /// Somebody without an account.
    private let stranger: Curl

    init() throws {
        server = try TestServer(try Site.withRole())
        admin = try AdminVisitor.loggedIn(server)
        stranger = try Curl(server, from: "127.0.0.9")
    }

    private func drop(_ form: [String: String] = [:], in path: String = "inbox") throws -> String {
        try admin.makeLink(path, form.merging(["kind": "drop"]) { $1 })
    }

    private func put(_ bytes: [UInt8], _ target: String, _ options: [String] = []) throws -> Curl.Answer {
        try stranger(target, ["-T", try stranger.scratch.write(bytes, to: "sent")] + options)
    }

    private static let json = ["-H", "Accept: application/json"]
    private static let tus = ["-H", "Tus-Resumable: 1.0.0"]
    private static let name = "Upload-Metadata: filename \(Data("clip".utf8).base64EncodedString())"

    private func begin(_ address: String, length: Int, _ options: [String] = []) throws -> Curl.Answer {
        let fields = ["-H", "Upload-Length: \(length)", "-H", Self.name]
        var answer = try stranger("\(address)/tus/", ["-X", "POST"] + Self.tus + fields + options)
        answer.fields["location"] = answer.fields["location"].map { "\(address)/tus/\($0)" }
        return answer
    }

    private func patch(_ upload: String, at offset: Int, _ body: [UInt8]) throws -> Curl.Answer {
        let file = try stranger.scratch.write(body, to: "part")
        let fields = ["-H", "Upload-Offset: \(offset)", "-H", "Content-Type: application/offset+octet-stream"]
        return try stranger(upload, ["-X", "PATCH", "--data-binary", "@\(file)"] + Self.tus + fields)
    }

    private func head(_ upload: String, by curl: Curl? = nil, _ options: [String] = []) throws -> Curl.Answer {
        try (curl ?? stranger)(upload, ["-I"] + Self.tus + options)
    }

    @Test(
        "whoever has it adds files to its folder: by curl, by a form, by tus, and by the draft; each is answered by a receipt"
    )
    func ways() throws {
        let address = try drop()
        #expect(try stranger(address, []).fields["location"] == "\(address)/")
        let content = sample(200_000, seed: 1)
        let put = try put(content, "\(address)/files/trip/a.mp4")
        #expect(put.status == 201 && put.fields["location"] == "\(address)/files/trip/a.mp4")
        #expect(put.text.contains("path: trip/a.mp4\n") && put.text.firstMatch(of: /user: link-[0-9a-f]{8}\n/) != nil)
        #expect(!put.text.contains(Fixtures.user) && !put.text.contains("inbox"))
        let form = ["-F", "file=@\(stranger.scratch.path("sent"));filename=b.mp4"]
        #expect(try stranger("\(address)/upload", form).text == "OK\n")
        let upload = try #require(try begin(address, length: content.count).fields["location"])
        #expect(try patch(upload, at: 0, Array(content[..<100_000])).fields["upload-offset"] == "100000")
        #expect(try patch(upload, at: 100_000, Array(content[100_000...])).status == 204)
        #expect(try stranger(upload, []).text.contains("path: clip\n"))
        let begun = try stranger("\(address)/files/d", ["-X", "PUT", "-H", "Upload-Complete: ?0", "-d", "ab"])
        let other = try #require(begun.fields["location"])
        #expect(other.hasPrefix("\(address)/uploads/"))
        let rest = [
            "-H", "Content-Type: application/partial-upload", "-H", "Upload-Offset: 2", "-H", "Upload-Complete: ?1",
        ]
        #expect(try stranger(other, ["-X", "PATCH", "-d", "c"] + rest).status == 201)
        let stored = try server.site.stored()
        #expect(Set(stored.keys) == ["inbox/trip/a.mp4", "inbox/b.mp4", "inbox/clip", "inbox/d"])
        #expect(Set(stored.filter { $0.key != "inbox/d" }.values).count == 1)
        _ = try server.logLine(with: " stored user=link-", "of=\(Fixtures.user) path=inbox/d")
        #expect(!server.log.contains(address.dropFirst()))
        #expect(try eventually { try admin.get("/admin/log").text.contains("\(Fixtures.user)/inbox/d") })
        #expect(try admin.get("/admin/links").text.contains("adds files"))
        #expect(try server.site.partials().isEmpty)
    }

    @Test("its sender learns nothing of what is there: what is told is what was sent")
    func blind() throws {
        for (name, content) in [("inbox/taken", sample(10)), ("inbox/same", sample(20)), ("inbox/file", sample(30))] {
            let file = try stranger.scratch.write(content, to: "old")
            #expect(try stranger("/files/\(name)", Curl.login + ["-T", file]).status == 201)
        }
        let address = try drop()
        let page = try stranger("\(address)/", []).text
        #expect(!page.contains("taken") && !page.contains(Fixtures.user) && !page.contains("inbox"))
        for name in ["taken", "same", "new", "file/below"] {
            let answer = try put(sample(20), "\(address)/files/\(name)", Self.json)
            #expect(answer.status == 201 && answer.text.contains("\"name\":\"\(name)\""), "\(answer.text)")
            #expect(answer.text.contains("\"wasThere\":false"))
        }
        #expect(try put(sample(20), "\(address)/files/new", ["-H", "If-None-Match: *"]).status == 400)
        #expect(try put(sample(20), "\(address)/files/new?collision=refuse").status == 400)
        let form = ["-F", "file=@\(stranger.scratch.path("sent"));filename=taken"]
        #expect(try stranger("\(address)/upload?collision=refuse", form).status == 400)
        #expect(try stranger("\(address)/files/taken", []).status == 405)
        #expect(try stranger("\(address)/admin/", []).status == 404)
        #expect(try put(sample(20), "\(address)/files/..%2Fx").status == 400)
        #expect(try put(sample(20), "\(address)/files/../x").status == 400)
        let stored = try server.site.stored()
        #expect(stored.count == 6 && stored.keys.allSatisfy { $0.hasPrefix("inbox/") }, "\(stored.keys)")
        #expect(stored.keys.contains { $0.firstMatch(of: /^inbox\/file-[0-9a-f]{8}\/below$/) != nil }, "\(stored.keys)")
    }

    @Test("an upload is gone on with by its own link alone, also after the server was killed")
    func owners() throws {
        let (address, other) = (try drop(["bytes": "150K"]), try drop())
        let content = sample(100_000, seed: 2)
        let upload = try #require(try begin(address, length: content.count).fields["location"])
        #expect(try patch(upload, at: 0, Array(content[..<60_000])).status == 204)
        let id = upload.split(separator: "/").last.map(String.init) ?? ""
        for target in ["\(other)/tus/\(id)", "\(other)/uploads/\(id)", "\(address)/uploads/\(id)"] {
            #expect(try head(target).status == 404, "\(target)")
        }
        #expect(try head("/tus/\(id)", Curl.login).status == 404)
        #expect(try head("/tus/\(id)").status == 401)
        let port = ["--port", String(server.port)]
        try server.kill()
        let again = try TestServer(server.site, options: port)
        defer { again.program.signal(SIGTERM) }
        // The catalogue is opened beside the server's start.
        #expect(try eventually { try head(upload).fields["upload-offset"] == "60000" })
        #expect(try put(sample(90_000), "\(address)/files/other").status == 413)
        let last = try patch(upload, at: 60_000, Array(content[60_000...]))
        #expect(last.status == 204, "\(last.status) \(last.text)")
        #expect(try again.site.stored().keys.sorted() == ["inbox/clip"])
    }

    @Test("its bounds count: the largest file, the bytes in all, and the number of files, with what is under way")
    func bounds() throws {
        let address = try drop(["largest": "100K", "bytes": "150K", "uses": "3"])
        #expect(try put(sample(102_401), "\(address)/files/large").status == 413)
        let chunked = ["-H", "Transfer-Encoding: chunked"]
        #expect(try put(sample(102_401), "\(address)/files/large", chunked).status == 413)
        let upload = try #require(try begin(address, length: 90_000).fields["location"])
        #expect(try put(sample(90_000), "\(address)/files/second").status == 413)
        #expect(try put(sample(90_000), "\(address)/files/second", chunked).status == 413)
        #expect(try put(sample(60_000), "\(address)/files/small").status == 201)
        let page = try stranger("\(address)/", []).text
        #expect(page.contains("2 files, 91 kB in all, 100 kB a file"), "\(page)")
        #expect(try stranger(upload, ["-X", "DELETE"] + Self.tus).status == 204)
        #expect(try put(sample(90_000, seed: 3), "\(address)/files/second").status == 201)
        #expect(try put(sample(4_000), "\(address)/files/third").status == 413)
        #expect(try put(sample(3_000), "\(address)/files/third").status == 201)
        #expect(try put(sample(1), "\(address)/files/fourth").status == 404)
        #expect(try stranger("\(address)/", []).status == 404)
        #expect(try server.site.stored().count == 3)
        #expect(try server.site.partials().isEmpty)
    }

    @Test("its end counts for what is under way, whether it comes just now or rests")
    func end() throws {
        let address = try drop()
        let content = sample(100_000)
        let resting = try #require(try begin(address, length: content.count).fields["location"])
        #expect(try patch(resting, at: 0, Array(content[..<50_000])).status == 204)
        // What stands still when it is first looked at isn't shown.
        _ = try admin.get("/admin/live")
        let client = try WebClient(server)
        try client.begin("PUT", "\(address)/files/coming", [], length: 4 << 20)
        try client.send(sample(1 << 20))
        #expect(try eventually { try admin.get("/admin/live").text.contains("inbox/coming") })
        try admin.revoke(address)
        #expect(try head(resting).status == 404)
        #expect(try patch(resting, at: 50_000, Array(content[50_000...])).status == 404)
        // It is looked again once a second.
        #expect(
            try eventually {
                try? client.send([0])
                return try !admin.get("/admin/live").text.contains("inbox/coming")
            })
        #expect(try client.answer(to: "PUT").status == 404)
        #expect(try server.site.stored().isEmpty)
        let token = try admin.token()
        let past = ["kind": "drop", "ends": "2020-01-01", "token": token]
        #expect(try admin.post("/admin/share/\(Fixtures.user)/inbox", past).status == 400)
    }

    @Test("what is unfinished when a link ends gives its room back, and what another link may go on with stays")
    func room() throws {
        let (address, other) = (try drop(), try drop())
        let uploads = try [address, other].map { try #require(try begin($0, length: 100_000).fields["location"]) }
        for upload in uploads { #expect(try patch(upload, at: 0, sample(60_000)).status == 204) }
        try admin.revoke(address)
        // What a server finds at its start it looks through soon.
        let port = ["--port", String(server.port)]
        #expect(try server.stop().status == 0)
        let again = try TestServer(server.site, options: port)
        defer { again.program.signal(SIGTERM) }
        _ = try again.logLine(with: " reclaimed ", "path=inbox/clip")
        #expect(try eventually { try head(uploads[1]).fields["upload-offset"] == "60000" })
        #expect(try again.site.partials().count == server.site.partials().count)
        #expect(try head(uploads[0]).status == 404)
    }

    @Test("of two that take a last file only one is stored")
    func last() throws {
        let address = try drop(["uses": "1"])
        let clients = try (0..<2).map { _ in try WebClient(server) }
        for (number, client) in clients.enumerated() {
            try client.begin("PUT", "\(address)/files/\(number)", [], length: 2)
            try client.send([1])
        }
        for client in clients { try? client.send([2]) }
        let statuses = try clients.map { try $0.answer(to: "PUT").status }
        #expect(statuses.filter { $0 == 201 }.count == 1 && statuses.filter { [404, 413].contains($0) }.count == 1)
        #expect(try server.site.stored().count == 1)
    }

    @Test("with a CAPTCHA each file needs an answer of its own, and what is under way none")
    func captcha() throws {
        let address = try drop(["proof": "1"])
        let below = try Curl(server, below: address)
        #expect(try put(sample(10), "\(address)/files/a").status == 401)
        #expect(try put(sample(10), "\(address)/files/a", ["-H", "Altcha: e30="]).status == 403)
        let proof = try below.proof()
        #expect(try put(sample(10), "\(address)/files/a", proof).status == 201)
        #expect(try put(sample(11), "\(address)/files/b", proof).status == 403)
        let form = ["-F", "altcha=\(try below.answerToChallenge())", "-F", "file=@\(stranger.scratch.path("sent"))"]
        #expect(try stranger("\(address)/upload", form).text == "OK\n")
        let another = ["-F", "altcha=\(try below.answerToChallenge())"]
        let two = ["one", "two"].flatMap { ["-F", "file=@\(stranger.scratch.path("sent"));filename=\($0)"] }
        #expect(try stranger("\(address)/upload", another + two).status == 400)
        #expect(try begin(address, length: 3).status == 401)
        let upload = try #require(try begin(address, length: 3, below.proof()).fields["location"])
        #expect(try patch(upload, at: 0, [1, 2, 3]).status == 204)
        let open = try drop()
        #expect(try stranger("\(open)/challenge", []).status == 404)
        #expect(try put(sample(10), "\(open)/files/c").status == 201)
    }

    @Test("a note is shown as it was written, whatever stands in it")
    func note() throws {
        let address = try drop(["note": "<script>alert(1)</script>\r\n\"A\" & <b>B</b>"])
        let answer = try stranger("\(address)/", [])
        #expect(answer.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;\n&quot;A&quot; &amp; &lt;b&gt;B&lt;/b&gt;"))
        #expect(answer.fields["content-security-policy"]?.contains("script-src 'self'") == true)
        #expect(!answer.text.contains("name=\"password\"") && answer.text.contains("type=\"file\""))
        let page = try admin.get("/admin/share/\(Fixtures.user)/inbox").text
        #expect(!page.contains("<script>alert"))
    }

    @Test("who guesses addresses to add files has to wait, and page and scripts stand below the link only")
    func guesses() throws {
        let address = try drop()
        #expect(try stranger("\(address)/page/main.js", []).status == 200)
        var statuses: [Int] = []
        for number in 0..<40 {
            statuses.append(try put([1], "/\(String(repeating: "A", count: 20))\(10 + number)/files/x").status)
        }
        #expect(statuses.first == 404 && statuses.last == 429 && !statuses.contains(201))
        #expect(try put([1], "\(address)/files/x").status == 429)
        let foreign = ["-H", "Origin: https://evil.example"]
        let other = try Curl(server, from: "127.0.0.10")
        let file = try other.scratch.write("x", to: "sent")
        #expect(try other("\(address)/files/x", ["-T", file] + foreign).status == 403)
        #expect(try other("\(address)/files/x", ["-T", file]).status == 201)
    }
}
