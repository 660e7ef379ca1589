import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// Commands of the server's program about the catalogue, beside a server and without one.
@Suite("Commands about the catalogue")
struct CatalogueCommandTests {
    private let site: Site

    init() throws {
        site = try Site()
    }

    private func upload(_ names: String..., to server: TestServer) throws {
        let client = try server.loggedIn()
        for name in names {
            guard case .stored = try client.upload(sample(100), to: name) else { throw Failure("\(name) isn't stored") }
        }
    }

    @Test("files are listed, in columns and in JSON, whatever their names are")
    func files() throws {
        let server = try TestServer(site)
        try upload("tab\there", "plain", "line\nbreak/日本", to: server)
        try site.expectListedNames(["line\\nbreak/日本", "plain", "tab\\there"])
        #expect(try server.stop().status == 0)
        let listing = try site.command("files", "list", "--user", Fixtures.user, "--json")
        let lines = listing.output.split(separator: "\n")
        let paths = try lines.map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["path"] as? String
        }
        #expect(paths == ["plain", "tab\there", "line\nbreak/日本"])
        #expect(try site.command("files", "list", "--user", "nobody").output.isEmpty)
    }

    @Test("the log tells of logins and uploads, and forgets whose they were")
    func log() throws {
        let server = try TestServer(site)
        try upload("a", to: server)
        let client = try server.connect()
        _ = try client.tryToLogIn("somebody", "wrong")
        let isLogged = try eventually {
            try site.command("log", "list", "--action", "login-denied").output.contains("\tsomebody\t127.0.0.1\t")
        }
        #expect(isLogged)
        #expect(
            try site.command("log", "list", "--user", Fixtures.user, "--action", "upload").output.hasSuffix(
                "\tupload\ta\n"))
        #expect(try site.command("log", "anonymise").output.hasPrefix("0 lines"))
        #expect(try site.command("log", "anonymise", "--older-than", "0").output.hasPrefix("3 lines"))
        let log = try site.command("log", "list").output
        #expect(!log.contains("127.0.0.1") && !log.contains("somebody") && !log.contains(Fixtures.user))
        #expect(log.contains("\tanonymized\tanonymized\tupload\ta\n"))
    }

    @Test("the index is compared with the folder, by the server or without it")
    func rebuilding() throws {
        let server = try TestServer(site)
        try upload("a", "b", to: server)
        try site.expectListed()
        #expect(try site.command("catalogue", "check").status == 0)
        try FileManager.default.removeItem(atPath: site.storage + "/\(Fixtures.user)/a")
        try site.scratch.write("by hand", to: "storage/\(Fixtures.user)/hand")
        let check = try site.command("catalogue", "check")
        #expect(check.status == 65)
        #expect(
            Set(check.output.split(separator: "\n")) == [
                "missing\t\(Fixtures.user)\thand", "gone\t\(Fixtures.user)\ta",
            ])
        let rebuilt = try site.command("catalogue", "rebuild")
        #expect(rebuilt.status == 0, "\(rebuilt.error)")
        #expect(try site.command("catalogue", "check").status == 0)
        #expect(try server.stop().status == 0)
        try FileManager.default.removeItem(atPath: site.catalogueFile)
        #expect(try site.command("files", "list").error.contains("there is no catalogue yet"))
        #expect(try site.command("catalogue", "rebuild").status == 0)
        #expect(try site.command("catalogue", "check").status == 0)
        #expect(try Set(site.listed().keys) == ["b", "hand"])
    }

    @Test("links are made, listed and revoked; those by name have the addresses that they always had")
    func links() throws {
        let server = try TestServer(site)
        try upload("docs/report.pdf", "other/report.pdf", to: server)
        try site.expectListed()
        let user = Fixtures.user
        let named = try site.command("links", "make", "docs/report.pdf", "--of", user, "--by-name", "--uses", "3")
        #expect(named.output == "/ZGbkUKFr\n", "\(named.error)")
        let again = try site.command("links", "make", "other/report.pdf", "--of", user, "--by-name")
        #expect(again.status == 65 && again.error.contains("shared by it already"))
        let random = try site.command("links", "make", "docs", "--of", user, "--days", "2")
        #expect(random.output.count == 24)
        let drop = try site.command("links", "make", "docs", "--of", user, "--drop")
        #expect(drop.status == 0)
        let list = try site.command("links", "list").output
        #expect(list.contains("ZGbkUKFr\tfile\t\(user)\tdocs/report.pdf\t-\t0\t3\tterminal\n"))
        #expect(list.contains("\tfolder\t") && list.contains("\tdrop\t"))
        #expect(try site.command("links", "revoke", "ZGbkUKFr").status == 0)
        #expect(try site.command("links", "revoke", "ZGbkUKFr").status == 66)
        #expect(try site.command("links", "list").output.split(separator: "\n").count == 2)
        for wrong in [
            ["none"], ["../x"], [".auto-upload-store"], ["docs/report.pdf", "--drop"], ["docs", "--by-name"],
        ] {
            #expect(
                try RunningProgram.run(Binaries.server, ["links", "make", "-f", site.storage, "--of", user] + wrong)
                    .status == 66)
        }
        #expect(
            try site.command("log", "list", "--action", "link-revoked").output.contains(
                "\tterminal\t-\tlink-revoked\tZGbkUKFr "))
    }

    @Test("a command that is half, or on no storage, says what is missing")
    func wrong() throws {
        #expect(try site.command("files").error.contains("files needs one of: list"))
        #expect(try site.command("files", "lst").status == 64)
        #expect(try site.command("files", "list").status == 66)
        #expect(
            try site.command("links", "list", "--uses", "3").error.contains("--uses belongs to the command links make"))
    }
}

extension Site {
    fileprivate func expectListedNames(_ names: Set<String>) throws {
        let isListed = try eventually { try Set(listed().keys) == names }
        let found = try listed()
        #expect(isListed, "\(found)")
    }
}
