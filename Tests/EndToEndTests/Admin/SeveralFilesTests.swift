import TestSupport
import Testing

/// Links of files that were ticked in a list.
@Suite("Links of several files")
struct SeveralFilesTests {
    private let server: TestServer
    private let admin: AdminVisitor
    /// Somebody without an account.
    private let stranger: Curl

    init() throws {
        server = try TestServer(try Site.withRole())
        admin = try AdminVisitor.loggedIn(server)
        stranger = try Curl(server, from: "127.0.0.9")
        for (name, size) in [("trip/a.txt", 10), ("trip/day/b.txt", 20), ("trip/c.txt", 30), ("other.txt", 40)] {
            try store(sample(size), name)
        }
        guard try eventually({ try numbers().count == 4 }) else { throw Failure("not listed") }
    }

    private func store(_ bytes: [UInt8], _ name: String, _ login: [String] = Curl.login) throws {
        let path = try admin.curl.scratch.write(bytes, to: "sent")
        guard try admin.curl("/files/\(name)", login + ["-T", path]).status == 201 else { throw Failure("not stored") }
    }

    /// What a list has to be ticked, by name.
    private func numbers(_ target: String = "/admin/files") throws -> [String: String] {
        let boxes = try admin.get(target).text.matches(of: /name="id" value="(\d+)" aria-label="Choose ([^"]+)"/)
        return Dictionary(boxes.map { (String($0.2), String($0.1)) }) { $1 }
    }

    private func ids(_ names: String...) throws -> [String] {
        let numbers = try numbers()
        return try names.map { "id=\(try #require(numbers[$0]))" }
    }

    private func post(_ fields: [String], origin: String? = nil) throws -> Curl.Answer {
        let body = fields.joined(separator: "&")
        return try admin.get("/admin/share-files", ["-H", "Origin: \(origin ?? admin.origin)", "-d", body])
    }

    /// - Returns: its address. Those of one second are in no order.
    private func share(_ fields: [String]) throws -> String {
        let before = try addresses()
        let made = try post(fields + ["token=\(try admin.token())"])
        guard made.status == 303 else { throw Failure("not shared: \(made.status) \(made.text)") }
        return try #require(try addresses().subtracting(before).first)
    }

    private func addresses() throws -> Set<String> {
        Set(try admin.get("/admin/links").text.matches(of: /<a href="(\/[\w-]{22})">/).map { String($0.1) })
    }

    /// What its archive holds: names and sizes.
    private func content(_ address: String) throws -> String {
        let path = stranger.scratch.path("files.zip")
        let answer = try stranger(address, ["-o", path])
        guard answer.status == 200 else { return String(answer.status) }
        #expect(answer.fields["content-disposition"] == "attachment; filename=\"trip.zip\"")
        let read =
            "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); z.testzip(); "
            + "print(*sorted(f'{i.filename}:{i.file_size}' for i in z.infolist()))"
        return String(try RunningProgram.run("/usr/bin/python3", ["-c", read, path]).output.dropLast())
    }

    @Test("one link gives an archive of those that were ticked, without what is deleted, until that comes back")
    func archive() throws {
        let ids = try ids("a.txt", "b.txt")
        let page = try admin.get("/admin/share-files?\(ids.joined(separator: "&"))").text
        #expect(page.contains("Share 2 files") && page.contains("download them, without an account, as an archive"))
        let address = try share(ids)
        #expect(try content(address) == "a.txt:10 day/b.txt:20")
        _ = try server.logLine(with: " link-made ", "trip/a.txt and 1 more")
        #expect(try admin.get("/admin/share/\(Fixtures.user)/trip").text.contains("2 files"))
        let token = ["token": try admin.token()]
        #expect(try admin.post("/admin/delete/\(Fixtures.user)/trip/a.txt", token).status == 303)
        #expect(try content(address) == "day/b.txt:20")
        // What takes its name isn't what was shared.
        try store(sample(50), "trip/a.txt")
        #expect(try eventually { try admin.get("/admin/files/\(Fixtures.user)/trip").text.contains("a.txt") })
        #expect(try content(address) == "day/b.txt:20")
        #expect(try server.site.command("files", "restore", "--of", Fixtures.user, "trip/a.txt").status == 0)
        #expect(try eventually { try content(address).wholeMatch(of: /a\.[0-9a-f]{16}\.txt:10 day\/b\.txt:20/) != nil })
        try admin.revoke(address)
        #expect(try content(address) == "404")
    }

    @Test("it has an end, a number of downloads and a password as other links have; one file alone is shared as a file")
    func bounds() throws {
        let ids = try ids("a.txt", "c.txt")
        let address = try share(ids + ["uses=1"])
        #expect(try content(address) == "a.txt:10 c.txt:30")
        #expect(try Curl(server, from: "127.0.0.10")(address, []).status == 404)
        let locked = try share(ids + ["password=open+sesame"])
        #expect(try stranger(locked, []).text.contains("This link has a password"))
        let token = "token=\(try admin.token())"
        for wrong in ["uses=0", "ends=2020-01-01", "password=abc"] {
            #expect(try post(ids + [token, wrong]).status == 400, "\(wrong)")
        }
        let one = try admin.get("/admin/share-files?\(ids[0])")
        #expect(one.status == 303 && one.fields["location"] == "/admin/share/\(Fixtures.user)/trip/a.txt")
    }

    @Test("none, too many, or those of two users are refused, and so is whoever isn't an admin's own page")
    func refusals() throws {
        let ids = try ids("a.txt", "b.txt")
        let token = "token=\(try admin.token())"
        let many = (0...200).map { "id=\($0)" }
        for wrong in [[], ["id=987654"], ["id=x"], many] {
            #expect(try admin.get("/admin/share-files?\(wrong.joined(separator: "&"))").status == 400)
            #expect(try post(wrong + [token]).status == 400)
        }
        try store(sample(60), "foreign.txt", ["-u", "\(Fixtures.otherUser):\(Fixtures.otherPassword)"])
        #expect(try eventually { try numbers()["foreign.txt"] != nil })
        let foreign = "id=\(try #require(try numbers()["foreign.txt"]))"
        #expect(try post(ids + [foreign, token]).status == 400)
        #expect(try post(ids).status == 403)
        #expect(try post(ids + ["token=\(String(repeating: "0", count: 64))"]).status == 403)
        #expect(try post(ids + [token], origin: "https://evil.example").status == 403)
        #expect(try !admin.get("/admin/links").text.contains("<tbody>"))
        try server.site.setRole("viewer")
        let viewer = try AdminVisitor.loggedIn(server)
        #expect(try !viewer.get("/admin/share-files?\(ids.joined(separator: "&"))").text.contains("Make a link"))
        let form = ["id": String(ids[0].dropFirst(3)), "token": try viewer.token()]
        #expect(try viewer.post("/admin/share-files", form).status == 403)
    }
}

@Suite("Links of several files, in browsers", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct SeveralFilesInBrowsersTests {
    @Test("files that are ticked in a list become one link, which gives an archive", arguments: Browser.Kind.installed)
    func ticked(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let curl = try Curl(server)
            for name in ["one.bin", "two.bin", "three.bin"] {
                let path = try curl.scratch.write(sample(3000), to: name)
                #expect(try curl("/files/trip/\(name)", Curl.login + ["-T", path]).status == 201)
            }
            let browser = try Browser(kind)
            try browser.logIn(server, "/admin/files/\(Fixtures.user)/trip")
            _ = try server.logLine(with: " login ", "user=\(Fixtures.user)")
            try browser.click("[aria-label=\"Choose two.bin\"]")
            try browser.click("[aria-label=\"Choose one.bin\"]")
            try browser.click("form.chosen button[formaction]")
            #expect(try eventually { try browser.text(of: "h1") == "Share 2 files" })
            try browser.click("main button.main")
            _ = try server.logLine(with: " link-made ")
            #expect(try eventually { try browser.text(of: "h1") == "Share trip" })
            let address = try #require(
                try browser.run("return document.querySelector('tbody a').getAttribute('href')") as? String)
            let archive = curl.scratch.path("trip.zip")
            #expect(try curl(address, ["-o", archive]).status == 200)
            let names = ["-c", "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).namelist())", archive]
            #expect(try RunningProgram.run("/usr/bin/python3", names).output == "['one.bin', 'two.bin']\n")
            #expect(try browser.complaints() == [])
        }
    }
}
