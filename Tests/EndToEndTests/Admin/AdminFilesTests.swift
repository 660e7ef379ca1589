import Foundation
import Platform
import TestSupport
import Testing

/// What the admin site shows of what is stored, and of what was done.
@Suite("Files at the admin site")
struct AdminFilesTests {
    private let server: TestServer
    private let visitor: AdminVisitor

    init() throws {
        server = try TestServer(try Site.withRole("viewer"))
        visitor = try AdminVisitor.loggedIn(server)
    }

    private func store(_ bytes: [UInt8], _ name: String, _ login: [String] = Curl.login) throws {
        let path = try visitor.curl.scratch.write(bytes, to: "sent")
        let escaped = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["/"])) ?? ""
        let answer = try visitor.curl("/files/\(escaped)", login + ["-T", path])
        guard answer.status == 201 else { throw Failure("not stored: \(answer.status) \(answer.text)") }
    }

    /// The page once it says so.
    private func page(_ target: String, saying text: String) throws -> String {
        var page = ""
        let isThere = try eventually {
            page = try visitor.get(target).text
            return page.contains(text)
        }
        guard isThere else { throw Failure("\(target) doesn't say \(text): \(page)") }
        return page
    }

    /// What the list's rows are about, in their order.
    private func names(_ page: String) -> [String] {
        page.matches(of: /<tr><td><a href="\/admin\/file\/[^"]*"><bdi>([^<]*)<\/bdi>/).map { String($0.1) }
    }

    private static let other = ["-u", "\(Fixtures.otherUser):\(Fixtures.otherPassword)"]

    @Test("files are listed by user and folder, found by name, size and day, and sorted")
    func lists() throws {
        try store(sample(3000), "trip/day 1/Zürich.mov")
        try store(sample(10), "trip/small.txt")
        try store(sample(20_000), "large.bin")
        try store(sample(500), "phone.jpg", Self.other)
        let all = try page("/admin/files", saying: "phone.jpg")
        #expect(Set(names(all)) == ["trip/day 1/Zürich.mov", "trip/small.txt", "large.bin", "phone.jpg"])
        #expect(all.contains("href=\"/admin/files/\(Fixtures.otherUser)\""))
        let bySize = try visitor.get("/admin/files?order=size&dir=asc").text
        #expect(names(bySize) == ["trip/small.txt", "phone.jpg", "trip/day 1/Zürich.mov", "large.bin"])
        #expect(bySize.contains("aria-sort=\"ascending\""))
        let user = try visitor.get("/admin/files/\(Fixtures.user)").text
        #expect(names(user) == ["large.bin"] && user.contains("/admin/files/\(Fixtures.user)/trip\""))
        let folder = try visitor.get("/admin/files/\(Fixtures.user)/trip").text
        #expect(names(folder) == ["small.txt"] && folder.contains("/trip/day%201\""))
        #expect(names(try visitor.get("/admin/files/\(Fixtures.user)/trip/day%201").text) == ["Zürich.mov"])
        #expect(names(try visitor.get("/admin/files?q=z%C3%9CRI").text) == ["trip/day 1/Zürich.mov"])
        #expect(names(try visitor.get("/admin/files?min=1K&max=10K").text) == ["trip/day 1/Zürich.mov"])
        #expect(names(try visitor.get("/admin/files/\(Fixtures.user)?q=small").text) == ["trip/small.txt"])
        #expect(names(try visitor.get("/admin/files?to=2020-01-01").text) == [])
        #expect(names(try visitor.get("/admin/files?from=2020-01-01").text).count == 4)
        #expect(try visitor.get("/admin/files?from=yesterday&min=much").text.contains("a size, as in 500M"))
        #expect(try visitor.get("/admin/files/nobody").text.contains("There are no files here."))
    }

    @Test("a file's page tells its SHA-256, by which its content is known from then on")
    func file() throws {
        let content = sample(5000)
        try store(content, "clip.mp4")
        let digest = try digest(of: content)
        let page = try page("/admin/file/\(Fixtures.user)/clip.mp4", saying: digest)
        #expect(page.contains("4.9 kB (5000 bytes)"))
        let head = try visitor.get("/admin/content/\(Fixtures.user)/clip.mp4", ["-I"])
        #expect(head.fields["etag"] == "\"\(digest)\"" && head.fields["repr-digest"]?.hasPrefix("sha-256=:") == true)
        // Another content under the same name isn't what the index knows.
        try Data(sample(5000, seed: 9)).write(
            to: URL(fileURLWithPath: "\(server.site.storage)/\(Fixtures.user)/clip.mp4"))
        let other = try visitor.get("/admin/content/\(Fixtures.user)/clip.mp4", ["-I"])
        #expect(other.fields["etag"] != "\"\(digest)\"" && other.fields["repr-digest"] == nil)
        #expect(try !visitor.get("/admin/file/\(Fixtures.user)/clip.mp4").text.contains(digest))
    }

    @Test("the overview has each user's files, the log what was done; both without scripts, and small")
    func overview() throws {
        try store(sample(3000), "a.bin")
        try store(sample(3000), "b.bin")
        let page = try page("/admin/", saying: "5.9 kB")
        #expect(page.contains("<span class=\"hint\">files </span>2</td>") && page.contains("viewer"))
        #expect(page.contains("never") && page.contains("good until") && page.utf8.count < 50 << 10)
        _ = try visitor.get("/admin/content/\(Fixtures.user)/a.bin", ["-o", "/dev/null"])
        _ = try AdminVisitor(server).logIn(Fixtures.user, "wrong")
        let log = try self.page("/admin/log", saying: "<td>login-denied</td>")
        #expect(
            log.contains("\(Fixtures.user)/a.bin") && log.contains("<td>download</td>")
                && log.contains("<td>upload</td>"))
        let denied = try visitor.get("/admin/log?action=login-denied").text
        #expect(denied.contains("<td>login-denied</td>") && !denied.contains("<td>upload</td>"))
        #expect(try visitor.get("/admin/log?user=nobody").text.contains("The log has no such lines."))
    }

    @Test("a folder comes as an archive, with all that is below it")
    func archive() throws {
        try store(sample(200_000), "trip/day 1/Zürich.mov")
        try store([], "trip/empty")
        try store(sample(10), "other.bin")
        _ = try page("/admin/files", saying: "other.bin")
        let path = visitor.curl.scratch.path("trip.zip")
        let answer = try visitor.get("/admin/zip/\(Fixtures.user)/trip", ["-o", path])
        #expect(answer.status == 200 && answer.fields["content-type"] == "application/zip")
        #expect(answer.fields["content-disposition"] == "attachment; filename=\"trip.zip\"")
        let script = """
            import hashlib, sys, zipfile
            archive = zipfile.ZipFile(sys.argv[1])
            assert archive.testzip() is None
            for name in sorted(archive.namelist()): print(name, hashlib.sha256(archive.read(name)).hexdigest())
            """
        let read = try RunningProgram.run("/usr/bin/python3", ["-c", script, path])
        #expect(read.status == 0, "\(read.error)")
        let expected = [
            "day 1/Zürich.mov \(try digest(of: sample(200_000)))", "empty \(try digest(of: []))", "",
        ]
        #expect(read.output == expected.joined(separator: "\n"))
        #expect(try visitor.get("/admin/zip/\(Fixtures.user)/none").status == 404)
        #expect(try visitor.get("/admin/zip/\(Fixtures.user)", ["-o", "/dev/null"]).status == 200)
    }

    /// What a list and those that follow it have.
    private func allNames(_ target: String, _ visitor: AdminVisitor) throws -> [String] {
        var found: [String] = []
        var next: String? = target
        while let place = next {
            let page = try visitor.get(place).text
            guard page.utf8.count < 50 << 10 else { throw Failure("\(place) is large: \(page.utf8.count) bytes") }
            found += names(page)
            let link = page.firstMatch(of: /rel="next" href="([^"]*)"/)
            next = link.map { String($0.1).replacingOccurrences(of: "&amp;", with: "&") }
        }
        return found
    }

    @Test("very many files are paged through, each once, and no page is large")
    func many() throws {
        let site = try Site.withRole("viewer")
        let folder = "\(site.storage)/\(Fixtures.otherUser)/many"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for number in 0..<250 { try Data("\(number)".utf8).write(to: URL(fileURLWithPath: "\(folder)/file-\(number)")) }
        let other = try TestServer(site)
        let visitor = try AdminVisitor.loggedIn(other)
        let target = "/admin/files/\(Fixtures.otherUser)/many"
        #expect(try eventually { try allNames(target, visitor).count == 250 })
        #expect(Set(try allNames(target, visitor)).count == 250)
        #expect(Set(try allNames("/admin/files?order=size", visitor)).count == 250)
    }

    @Test("where the catalogue can't be opened, files can be had all the same")
    func withoutCatalogue() throws {
        try store(sample(1000), "clip.mp4")
        let site = server.site
        _ = try server.stop()
        let file = "\(site.storage)/.auto-upload/catalogue.sqlite"
        for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + end) }
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        let other = try TestServer(site)
        let visitor = try AdminVisitor.loggedIn(other)
        #expect(try visitor.get("/admin/").status == 200)
        #expect(try visitor.get("/admin/files").status == 503)
        #expect(try visitor.get("/admin/file/\(Fixtures.user)/clip.mp4").text.contains("not known"))
        #expect(try visitor.get("/admin/content/\(Fixtures.user)/clip.mp4", ["-o", "/dev/null"]).status == 200)
    }
}
