import Foundation
import TestSupport
import Testing

/// Uploads with a URL of those who have no account: a challenge's answer begins one, and its URL is all that goes on with it.
@Suite("Drops with a URL")
struct AnonymousResourceTests {
    private static let options = [
        "--anonymous", "drops", "--anonymous-max-file-size", "1M", "--anonymous-rate", "6",
    ]
    private static let tus = ["-H", "Tus-Resumable: 1.0.0"]
    private static let bytes = ["-H", "Content-Type: application/offset+octet-stream"]

    private func create(_ curl: Curl, _ fields: [String], by sender: [String]) throws -> Curl.Answer {
        var answer = try curl("/tus/", ["-X", "POST"] + Self.tus + sender + fields.flatMap { ["-H", $0] })
        answer.fields["location"] = answer.fields["location"].map { "/tus/\($0)" }
        return answer
    }

    private func patch(
        _ curl: Curl, _ upload: String, at offset: Int, _ body: [UInt8], _ fields: [String] = []
    ) throws -> Curl.Answer {
        let file = try curl.scratch.write(body, to: "part")
        let sent = ["-X", "PATCH", "-H", "Upload-Offset: \(offset)", "--data-binary", "@\(file)"]
        return try curl(upload, sent + Self.tus + Self.bytes + fields.flatMap { ["-H", $0] })
    }

    private func head(_ curl: Curl, _ upload: String, _ sender: [String] = []) throws -> Curl.Answer {
        try curl(upload, ["-I"] + Self.tus + sender)
    }

    private static let name = "Upload-Metadata: filename \(Data("clip".utf8).base64EncodedString())"

    @Test(
        "an answer begins one upload; who has its URL goes on with it, also after the server was killed; nobody else does"
    )
    func tus() throws {
        var server = try TestServer(options: Self.options)
        var curl = try Curl(server)
        let content = sample(300_000, seed: 1)
        let (length, proof) = (["Upload-Length: 300000", Self.name], try curl.proof())
        #expect(try create(curl, length, by: []).status == 401)
        let upload = try #require(try create(curl, length, by: proof).fields["location"])
        #expect(try create(curl, length, by: proof).status == 403)
        #expect(try head(curl, upload).fields["upload-offset"] == "0")
        #expect(try patch(curl, upload, at: 0, Array(content[..<200_000])).status == 204)
        #expect(try head(curl, upload, Curl.login).status == 404)
        #expect(try head(curl, upload, ["-u", "nobody:secret"]).status == 401)
        #expect(try head(curl, "/tus/00000000000000000000000000000000").status == 404)
        let mine = try #require(try create(curl, length, by: Curl.login).fields["location"])
        #expect(try head(curl, mine).status == 404)
        #expect(try patch(curl, mine, at: 0, [1]).status == 404)
        try server.kill()
        server = try TestServer(server.site, options: Self.options)
        curl = try Curl(server)
        #expect(try head(curl, upload).fields["upload-offset"] == "200000")
        let last = try patch(curl, upload, at: 200_000, Array(content[200_000...]))
        #expect(last.status == 204 && last.fields["content-location"] == "/files/clip", "\(last)")
        let stored = URL(fileURLWithPath: server.site.storage + "/drops/clip")
        #expect(try [UInt8](Data(contentsOf: stored)) == content)
        #expect(try curl(upload, []).text.contains("clip"))
        #expect(try server.site.stored().isEmpty)
        _ = try server.stop()
        let closed = try TestServer(server.site)
        #expect(try head(try Curl(closed), upload).status == 401)
    }

    @Test("the draft's uploads do as well")
    func draft() throws {
        let server = try TestServer(options: Self.options)
        let curl = try Curl(server)
        let begun = try curl("/files/clip", ["-X", "PUT", "-H", "Upload-Complete: ?0", "-d", "ab"] + curl.proof())
        let upload = try #require(begun.fields["location"])
        #expect(try curl(upload, ["-I"]).fields["upload-offset"] == "2")
        #expect(try curl(upload, ["-I"] + Curl.login).status == 404)
        let last = try curl(
            upload,
            [
                "-X", "PATCH", "-H", "Content-Type: application/partial-upload", "-H", "Upload-Offset: 2", "-H",
                "Upload-Complete: ?1", "-d", "c",
            ])
        #expect(last.status == 201, "\(last)")
        #expect(try Tree.digests(of: server.site.storage + "/drops").keys.contains("clip"))
    }

    @Test("a file's size and the number of files are limited on this way, too; going on counts for nothing")
    func limits() throws {
        let server = try TestServer(options: Self.options)
        let curl = try Curl(server)
        #expect(try create(curl, ["Upload-Length: 1048577"], by: curl.proof()).status == 413)
        let open = try #require(
            try create(curl, ["Upload-Defer-Length: 1"], by: curl.proof()).fields["location"])
        #expect(try patch(curl, open, at: 0, [1], ["Upload-Length: 1048577"]).status == 413)
        #expect(try patch(curl, open, at: 0, sample(1_048_577, seed: 1)).status == 413)
        for number in 0..<6 {
            let made = try create(curl, ["Upload-Length: 2", Self.name], by: curl.proof())
            #expect(made.status == (number < 5 ? 201 : 429), "\(made)")
            guard let upload = made.fields["location"] else { continue }
            #expect(try patch(curl, upload, at: 0, [1]).status == 204)
            #expect(try patch(curl, upload, at: 1, [UInt8(number)]).status == 204)
        }
        #expect(try Tree.digests(of: server.site.storage + "/drops").keys.filter { $0 != Site.marker }.count == 5)
    }

    @Test("its URL counts for a time that no coming back makes longer; a user's does")
    func lifetime() throws {
        let server = try TestServer(options: Self.options)
        let curl = try Curl(server)
        let length = ["Upload-Length: 300000", Self.name]
        for (sender, folder, status) in [(try curl.proof(), "drops", 404), (Curl.login, Fixtures.user, 200)] {
            let upload = try #require(try create(curl, length, by: sender).fields["location"])
            let login = status == 200 ? sender : []
            let part = try curl.scratch.write(sample(100_000, seed: 1), to: "part")
            let sent = ["-X", "PATCH", "-H", "Upload-Offset: 0", "--data-binary", "@\(part)"]
            #expect(try curl(upload, sent + Self.tus + Self.bytes + login).status == 204)
            #expect(try head(curl, upload, login).status == 200)
            let id = try #require(upload.split(separator: "/").last)
            // It was begun eight days ago, and its client has been coming back since.
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -8 * 86_400)],
                ofItemAtPath: server.site.storage + "/.auto-upload/uploads/\(folder)/\(id)")
            #expect(try head(curl, upload, login).status == status)
            #expect(try server.site.partials().isEmpty == (status == 404))
        }
    }
}
