import Foundation
import Platform
import TestSupport
import Testing

/// What an admin shares, and what somebody without an account has of it.
@Suite("Links")
struct LinkTests {
    private let server: TestServer
    private let admin: AdminVisitor
    /// Somebody without an account.
    private let stranger: Curl
    private let content = sample(20_000)

    init() throws {
        server = try TestServer(try Site.withRole())
        admin = try AdminVisitor.loggedIn(server)
        stranger = try Curl(server, from: "127.0.0.9")
        try store(content, "trip/report.pdf")
        try store(sample(10), "trip/b/other.txt")
    }

    private func store(_ bytes: [UInt8], _ name: String) throws {
        let path = try admin.curl.scratch.write(bytes, to: "sent")
        let answer = try admin.curl("/files/\(name)", Curl.login + ["-T", path])
        guard answer.status == 201 else { throw Failure("not stored: \(answer.status) \(answer.text)") }
    }

    /// Makes a link, and gives its address.
    private func share(_ path: String, _ form: [String: String] = [:]) throws -> String {
        let target = "/admin/share/\(Fixtures.user)/\(path)"
        let before = try addresses(target)
        let answer = try admin.post(target, form.merging(["token": try admin.token()]) { $1 })
        guard answer.status == 303 else { throw Failure("not shared: \(answer.status) \(answer.text)") }
        return try #require(try addresses(target).subtracting(before).first)
    }

    private func addresses(_ target: String) throws -> Set<String> {
        let page = try admin.get(target).text
        return Set(page.matches(of: /<a href="(\/[^"\/]+)">https:/).map { String($0.1) })
    }

    private func get(_ address: String, _ options: [String] = [], by curl: Curl? = nil) throws -> (Curl.Answer, [UInt8])
    {
        let file = "got-\(UUID().uuidString)"
        let curl = curl ?? stranger
        let answer = try curl(address, ["-o", curl.scratch.path(file)] + options)
        return (answer, (try? curl.scratch.bytes(of: file)) ?? [])
    }

    @Test("a file's link gives the file to whoever has it, ranges and all, until it is revoked")
    func file() throws {
        let address = try share("trip/report.pdf")
        #expect(address.wholeMatch(of: /\/[A-Za-z0-9_-]{22}/) != nil)
        let (answer, bytes) = try get(address)
        #expect(answer.status == 200 && bytes == content)
        #expect(answer.fields["content-disposition"] == "attachment; filename=\"report.pdf\"")
        #expect(answer.fields["content-type"] == "application/octet-stream" && answer.fields["set-cookie"] == nil)
        let (part, some) = try get(address, ["-r", "100-199"])
        #expect(part.status == 206 && some == Array(content[100..<200]))
        #expect(try get(address, ["-I"]).0.status == 200)
        let page = try admin.get("/admin/links").text
        #expect(page.contains("trip/report.pdf"))
        let id = String(address.dropFirst())
        #expect(try admin.post("/admin/links/revoke", ["id": id]).status == 403)
        #expect(try admin.post("/admin/links/revoke", ["id": id, "token": try admin.token()]).status == 303)
        #expect(try get(address).0.status == 404)
        _ = try server.logLine(with: " link-made ", "path=trip/report.pdf")
        _ = try server.logLine(with: " link-revoked ", "path=trip/report.pdf")
        #expect(!server.log.contains(id))
        #expect(try eventually { try admin.get("/admin/log").text.contains("<td>link-revoked</td>") })
    }

    @Test("a file that is shared by its name has the address that python-fileserver gave it")
    func byName() throws {
        #expect(try share("trip/report.pdf", ["by-name": "1"]) == "/ZGbkUKFr")
        #expect(try get("/ZGbkUKFr").1 == content)
        let (answer, _) = try get("/by-name/report.pdf")
        #expect(answer.status == 303 && answer.fields["location"] == "/ZGbkUKFr")
        #expect(try get("/by-name/movie.mp4").0.fields["location"] == "/vcgPqi0V")
        // Of the standard's alphabet, which needs escapes: 42's digest begins so.
        let (odd, _) = try get("/by-name/42")
        #expect(odd.status == 303 && odd.fields["location"]?.hasPrefix("/") == true)
        #expect(odd.fields["location"]?.dropFirst().contains("/") == false)
        try store(sample(5), "other/report.pdf")
        let token = try admin.token()
        let again = try admin.post("/admin/share/\(Fixtures.user)/other/report.pdf", ["token": token, "by-name": "1"])
        #expect(again.status == 400 && again.text.contains("shared by its name already"))
    }

    @Test("a folder's link gives an archive of all that is below it")
    func folder() throws {
        #expect(try eventually { try admin.get("/admin/files").text.contains("other.txt") })
        let address = try share("trip")
        let path = stranger.scratch.path("trip.zip")
        #expect(try stranger(address, ["-o", path]).status == 200)
        let read = try RunningProgram.run(
            "/usr/bin/python3",
            ["-c", "import sys, zipfile; print(sorted(zipfile.ZipFile(sys.argv[1]).namelist()))", path])
        #expect(read.output == "['b/other.txt', 'report.pdf']\n", "\(read.error)")
    }

    @Test("a link has an end, and a number of downloads: what goes on from the same address is one of them")
    func bounds() throws {
        let address = try share("trip/report.pdf", ["uses": "2", "ends": "2099-12-31"])
        #expect(try get(address).0.status == 200)
        #expect(try get(address, ["-r", "5-"]).0.status == 206)
        let other = try Curl(server, from: "127.0.0.10")
        #expect(try get(address, by: other).0.status == 200)
        let third = try Curl(server, from: "127.0.0.11")
        #expect(try get(address, by: third).0.status == 404)
        #expect(try admin.get("/admin/links").text.contains("over"))
        let token = try admin.token()
        for (name, value) in [
            ("ends", "2020-01-01"), ("ends", "soon"), ("uses", "0"), ("uses", "-1"), ("uses", "many"),
            ("password", "abc"),
        ] {
            let answer = try admin.post("/admin/share/\(Fixtures.user)/trip", ["token": token, name: value])
            #expect(answer.status == 400, "\(name)=\(value)")
        }
    }

    @Test("a password is asked for, and what is shown for it counts for that link only")
    func password() throws {
        let address = try share("trip/report.pdf", ["password": "open sesame", "note": "<b>ask Anna</b>"])
        let other = try share("trip/b/other.txt", ["password": "open sesame"])
        let (page, text) = try get(address)
        #expect(page.status == 200 && page.fields["content-type"] == "text/html; charset=utf-8")
        #expect(String(decoding: text, as: UTF8.self).contains("&lt;b&gt;ask Anna&lt;/b&gt;"))
        let origin = ["-H", "Origin: \(stranger.base)", "-c", stranger.scratch.path("jar")]
        let wrong = try stranger(address, origin + ["--data-urlencode", "password=open sesame!"])
        #expect(wrong.status == 403 && wrong.fields["set-cookie"] == nil)
        let foreign = ["-H", "Origin: https://evil.example", "--data-urlencode", "password=open sesame"]
        #expect(try stranger(address, foreign).status == 403)
        let right = try stranger(address, origin + ["--data-urlencode", "password=open sesame"])
        #expect(right.status == 303 && right.fields["location"] == address)
        let shown = ["-b", stranger.scratch.path("jar")]
        #expect(try get(address, shown).1 == content)
        #expect(try get(other, shown).0.fields["content-type"] == "text/html; charset=utf-8")
        #expect(!server.log.contains("sesame"))
    }

    @Test("who guesses addresses has to wait, and others don't")
    func guesses() throws {
        let address = try share("trip/report.pdf")
        var statuses: [Int] = []
        for number in 0..<40 {
            statuses.append(try get("/\(String(repeating: "A", count: 20))\(10 + number)").0.status)
        }
        #expect(statuses.first == 404 && statuses.last == 429 && !statuses.contains(200))
        #expect(try get(address).0.status == 429)
        #expect(try get(address, by: admin.curl).0.status == 200)
        for odd in ["/AAAAAAA", "/AAAAAAAA%00", "/..%2F..%2Fx", "/\(String(repeating: "A", count: 23))"] {
            #expect([400, 404].contains(try get(odd, by: admin.curl).0.status), "\(odd)")
        }
    }

    @Test("a viewer sees links and makes none; with --admin off there are none")
    func viewer() throws {
        let address = try share("trip/report.pdf")
        try server.site.setRole("viewer")
        let viewer = try AdminVisitor.loggedIn(server)
        #expect(try viewer.get("/admin/links").text.contains(address))
        let form = ["token": try viewer.token()]
        #expect(try viewer.post("/admin/share/\(Fixtures.user)/trip", form).status == 403)
        #expect(
            try viewer.post("/admin/links/revoke", form.merging(["id": String(address.dropFirst())]) { $1 }).status
                == 403)
        #expect(try get(address).0.status == 200)
        let site = server.site
        _ = try server.stop()
        let other = try TestServer(site, options: ["--admin", "off"])
        #expect(try Curl(other)(address, []).status == 404)
    }
}
