import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// What an admin deletes at the site, and has back.
@Suite("Deleting at the admin site")
struct TrashPageTests {
    private let server: TestServer
    private let admin: AdminVisitor
    private let content = sample(20_000)

    init() throws {
        server = try TestServer(try Site.withRole())
        admin = try AdminVisitor.loggedIn(server)
        try store(content, "trip/report.pdf")
    }

    private func store(_ bytes: [UInt8], _ name: String) throws {
        let path = try admin.curl.scratch.write(bytes, to: "sent")
        let answer = try admin.curl("/files/\(name)", Curl.login + ["-T", path])
        guard answer.status == 201 else { throw Failure("not stored: \(answer.status) \(answer.text)") }
    }

    private func post(_ target: String, _ form: [String: String] = [:]) throws -> Curl.Answer {
        try admin.post(target, form.merging(["token": try admin.token()]) { $1 })
    }

    /// The page once it says so, or doesn't any more.
    private func page(_ target: String, saying text: String, _ says: Bool = true) throws -> String {
        var page = ""
        let isThere = try eventually {
            page = try admin.get(target).text
            return page.contains(text) == says
        }
        guard isThere else { throw Failure("\(target) says \(page)") }
        return page
    }

    /// Where the trash page's first row leads to.
    private func batch() throws -> String {
        let page = try admin.get("/admin/trash").text
        return String(try #require(page.firstMatch(of: /href="(\/admin\/trash\/[^"\/]+\/[0-9a-f-]+)"/)).1)
    }

    private let file = "/admin/delete/\(Fixtures.user)/trip/report.pdf"
    private let pageOfFile = "/admin/file/\(Fixtures.user)/trip/report.pdf"

    @Test("it is asked about first, and said that no other copy is known; without the page's token nothing happens")
    func question() throws {
        #expect(try admin.get(pageOfFile).text.contains("href=\"\(file)\""))
        let page = try admin.get(file).text
        #expect(page.contains("This may be the only copy.") && page.contains("nothing of what is deleted later"))
        #expect(page.contains("For 7 days") && page.contains("trip/report.pdf"))
        #expect(try admin.post(file, [:]).status == 403)
        #expect(try admin.post(file, ["token": try admin.token()], origin: "https://evil.example").status == 403)
        #expect(try admin.get(pageOfFile).status == 200)
        #expect(try admin.get("/admin/delete/\(Fixtures.user)/none").status == 404)
        #expect(try admin.get("/admin/delete").status == 400 && post("/admin/delete").status == 400)
    }

    @Test("what is deleted is nowhere to be had, also by its link, until that is undone: then all is as it was")
    func undo() throws {
        #expect(try post("/admin/share/\(Fixtures.user)/trip/report.pdf").status == 303)
        let links = try admin.get("/admin/links").text
        let address = String(try #require(links.firstMatch(of: /<a href="(\/[^"\/]+)">https:/)).1)
        let stranger = try Curl(server, from: "127.0.0.9")
        #expect(try stranger(address, ["-o", "/dev/null"]).status == 200)
        let deleted = try post(file)
        #expect(deleted.status == 303 && deleted.fields["location"] == "/admin/trash")
        #expect(try admin.get(pageOfFile).status == 404)
        #expect(try admin.get("/admin/content/\(Fixtures.user)/trip/report.pdf").status == 404)
        #expect(try stranger(address, []).status == 404)
        #expect(try !admin.get("/admin/files").text.contains("report.pdf"))
        #expect(try admin.get("/admin/links").text.contains("deleted"))
        let trash = try admin.get("/admin/trash").text
        #expect(trash.contains("trip/report.pdf"))
        // A device asks and sends as if it had never been there, and its file has nothing of the old one's link.
        let device = try server.loggedIn()
        guard case .stored(_, let confirmation, _) = try device.upload(sample(50, seed: 9), to: "trip/report.pdf")
        else { throw Failure("not stored") }
        #expect(confirmation.path.description == "trip/report.pdf")
        #expect(try stranger(address, []).status == 404)
        let back = try post(try batch(), ["do": "undo"])
        let place = try #require(back.fields["location"])
        #expect(back.status == 303 && place.hasPrefix("/admin/file/\(Fixtures.user)/trip/report."))
        #expect(try admin.get(place).status == 200)
        let got = stranger.scratch.path("got")
        #expect(try stranger(address, ["-o", got]).status == 200)
        #expect(try stranger.scratch.bytes(of: "got") == content)
        #expect(try admin.get("/admin/trash").text.contains("There is nothing here."))
        _ = try server.logLine(with: " deleted ", "path=trip/report.pdf", "user=\(Fixtures.user)")
        _ = try server.logLine(with: " restored ", "deleted=trip/report.pdf")
        let log = try page("/admin/log", saying: "<td>restore</td>")
        #expect(log.contains("<td>delete</td>"))
    }

    @Test("files of a list are deleted together, had back together or one by one, or removed for good after a question")
    func several() throws {
        for name in ["a/1.bin", "a/2.bin", "b/3.bin"] { try store(sample(10, seed: name.utf8.count), name) }
        let list = try page("/admin/files?q=.bin", saying: "3.bin")
        let ids = list.matches(of: /name="id" value="([0-9]+)"/).map { "id=\($0.1)" }
        #expect(ids.count == 3)
        let question = try admin.get("/admin/delete?" + ids.joined(separator: "&")).text
        #expect(question.contains("Delete 3 files?") && question.contains("a/1.bin"))
        let fields = ids.flatMap { ["--data-urlencode", $0] }
        #expect(try admin.post("/admin/delete", ["token": try admin.token()], fields).status == 303)
        #expect(try !admin.get("/admin/files").text.contains(".bin"))
        let batch = try batch()
        #expect(try admin.get("/admin/trash").text.contains("and 2 more"))
        #expect(try post("\(batch)/a/2.bin", ["do": "undo"]).status == 303)
        #expect(try post("\(batch)/a/none.bin", ["do": "undo"]).status == 404)
        let rest = try admin.get(batch).text
        #expect(rest.contains("1.bin") && rest.contains("3.bin") && !rest.contains("2.bin"))
        #expect(try admin.get("\(batch)?remove=1").text.contains("2 files."))
        #expect(try post("\(batch)/b/3.bin", ["do": "remove"]).status == 303)
        #expect(try post(batch, ["do": "burn"]).status == 400)
        #expect(try post(batch, ["do": "undo"]).status == 303)
        #expect(try admin.get(batch).status == 404)
        #expect(Set(try server.site.stored().keys) == ["a/1.bin", "a/2.bin", "trip/report.pdf"])
        _ = try server.logLine(with: " purged ", "path=b/3.bin")
        _ = try page("/admin/log?action=purge", saying: "b/3.bin")
    }

    @Test("a whole folder is deleted after a question, as one entry of the trash, and comes back with its links")
    func folder() throws {
        for name in ["trip/a/1.bin", "trip/a/b/2.bin", "trip2/3.bin"] {
            try store(sample(10, seed: name.utf8.count), name)
        }
        let before = try server.site.stored()
        let list = try page("/admin/files/\(Fixtures.user)/trip", saying: "report.pdf")
        let folder = "/admin/delete/\(Fixtures.user)/trip"
        #expect(list.contains("href=\"\(folder)\""))
        #expect(try !admin.get("/admin/files/\(Fixtures.user)").text.contains("Delete it"))
        let question = try admin.get(folder).text
        #expect(question.contains("Delete this folder, with 3 files?") && question.contains("trip/a/b/2.bin"))
        #expect(question.contains("This may be the only copy.") && !question.contains("trip2"))
        #expect(try admin.post(folder, [:]).status == 403)
        #expect(try post("/admin/delete/\(Fixtures.user)").status == 404)
        #expect(try post("/admin/delete/\(Fixtures.user)/tri").status == 404)
        #expect(try server.site.stored() == before)
        let address = try admin.makeLink("trip/a/b/2.bin")
        let stranger = try Curl(server, from: "127.0.0.9")
        #expect(try stranger(address, []).status == 200)
        #expect(try post(folder).fields["location"] == "/admin/trash")
        #expect(try server.site.stored().keys.filter { !$0.hasPrefix(".auto-upload/") } == ["trip2/3.bin"])
        #expect(try stranger(address, []).status == 404)
        #expect(try page("/admin/trash", saying: "and 2 more").contains("trip/"))
        #expect(try !admin.get("/admin/files/\(Fixtures.user)").text.contains("trip/<"))
        #expect(try post(try batch(), ["do": "undo"]).status == 303)
        #expect(try server.site.stored() == before)
        #expect(try stranger(address, []).status == 200)
    }

    @Test("a viewer sees the trash and changes nothing")
    func viewer() throws {
        #expect(try post(file).status == 303)
        let batch = try batch()
        try store(sample(10), "other.bin")
        try server.site.setRole("viewer")
        let viewer = try AdminVisitor.loggedIn(server)
        let page = try viewer.get("/admin/trash").text
        #expect(page.contains("trip/report.pdf") && !page.contains("Undo") && !page.contains("Remove now"))
        #expect(try viewer.get("/admin/delete/\(Fixtures.user)/other.bin").status == 403)
        #expect(try viewer.get("\(batch)?remove=1").status == 403)
        let token = ["token": try viewer.token()]
        #expect(try viewer.post("/admin/delete/\(Fixtures.user)/other.bin", token).status == 403)
        for action in ["undo", "remove"] {
            #expect(try viewer.post(batch, token.merging(["do": action]) { $1 }).status == 403)
        }
        #expect(!(try viewer.get("/admin/files").text.contains("type=\"checkbox\"")))
    }

    @Test("what was deleted long ago is removed by the server itself, whether or not the catalogue knows of it")
    func expiry() throws {
        #expect(try post(file).status == 303)
        try store(sample(5), "other.bin")
        #expect(try post("/admin/delete/\(Fixtures.user)/other.bin").status == 303)
        let site = server.site
        #expect(try server.stop().status == 0)
        let trash = "\(site.storage)/\(Fixtures.user)/.auto-upload/trash"
        let files = FileManager.default
        let old = try #require(
            try files.contentsOfDirectory(atPath: trash).first { files.fileExists(atPath: "\(trash)/\($0)/trip") })
        try files.moveItem(atPath: "\(trash)/\(old)", toPath: "\(trash)/1700000000-0123456789abcdef")
        for name in try files.contentsOfDirectory(atPath: "\(site.storage)/.auto-upload")
        where name.hasPrefix("catalogue") { try files.removeItem(atPath: "\(site.storage)/.auto-upload/\(name)") }
        let next = try TestServer(site)
        let line = try next.logLine(with: " purged ", "path=trip/report.pdf", "bytes=20000")
        #expect(!line.contains("user=\(Fixtures.user)"))
        let visitor = try AdminVisitor.loggedIn(next)
        let page = try visitor.get("/admin/trash").text
        #expect(page.contains("other.bin") && !page.contains("report.pdf"))
        #expect(try files.contentsOfDirectory(atPath: trash).count == 1)
        #expect(try eventually { try visitor.get("/admin/log?action=purge").text.contains("<bdi>server</bdi>") })
    }

    @Test("with --trash-days 0 it is said, and removed at once")
    func withoutTrash() throws {
        let site = server.site
        #expect(try server.stop().status == 0)
        let next = try TestServer(site, options: ["--trash-days", "0"])
        let visitor = try AdminVisitor.loggedIn(next)
        #expect(try visitor.get(file).text.contains("can&#39;t be undone"))
        #expect(try visitor.post(file, ["token": try visitor.token()]).status == 303)
        #expect(try visitor.get("/admin/trash").text.contains("There is nothing here."))
        #expect(try site.stored().isEmpty)
    }
}
