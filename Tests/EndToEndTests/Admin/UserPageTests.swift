import Foundation
import TestSupport
import Testing

/// Users at the admin site: what an admin sees of them, and sets.
@Suite("Users at the admin site")
struct UserPageTests {
    private let site: Site
    private let other = Fixtures.otherUser

    init() throws {
        site = try Site.withRole()
    }

    private func form(_ visitor: AdminVisitor, _ fields: [String: String]) throws -> [String: String] {
        let shown = ["was-quota": "", "was-prefix": "", "was-role": "none", "was-locked": "", "role": "none"]
        return shown.merging(["token": try visitor.token()]) { $1 }.merging(fields) { $1 }
    }

    private func lines() throws -> String { try String(contentsOfFile: site.users, encoding: .utf8) }

    private func line(of user: String) throws -> String {
        String(try #require(try lines().split(separator: "\n").first { $0.hasPrefix("\(user):") }))
    }

    @Test("an admin sets quota, prefix, role and lock; what isn't touched stays, and it counts as by adduser")
    func changes() throws {
        let server = try TestServer(site, options: ["--edit-users", "--confine", "off"])
        let admin = try AdminVisitor.loggedIn(server)
        let device = try server.loggedIn(other, Fixtures.otherPassword)
        #expect(try admin.get("/admin/users").text.contains("href=\"/admin/users/\(other)\""))
        let page = try admin.get("/admin/users/\(other)").text
        #expect(page.contains("name=\"was-role\" value=\"none\"") && page.contains(">Save<"))
        let set = ["quota": "2G", "prefix": "cam/1", "role": "viewer"]
        #expect(try admin.post("/admin/users/\(other)", form(admin, set)).fields["location"] == "/admin/users")
        let line = try line(of: other)
        #expect(line.contains(":quota=2G") && line.contains(":prefix=cam/1") && line.contains(":role=viewer"))
        _ = try server.logLine(with: " user-changed ", "name=\(other)")
        #expect(try admin.get("/admin/users").text.contains("viewer"))
        #expect(try eventually { try admin.get("/admin/log?action=user-changed").text.contains("--quota 2G") })
        // The prefix ended what was there; somebody else's change of the quota meanwhile stays.
        _ = try server.logLine(with: " closed ", "address=\(device.address)")
        try site.setQuota("5G", of: other)
        let again = ["was-quota": "2G", "quota": "2G", "was-role": "viewer", "role": "viewer", "locked": "y"]
        #expect(try admin.post("/admin/users/\(other)", form(admin, again)).status == 303)
        #expect(try self.line(of: other).contains(":quota=5G") && self.line(of: other).contains(":locked=y"))
        #expect(try eventually { try AdminVisitor(server).logIn(other, Fixtures.otherPassword).status == 403 })
        let unlock = ["was-locked": "y", "was-quota": "5G", "was-prefix": "cam/1", "was-role": "viewer"]
        #expect(try admin.post("/admin/users/\(other)", form(admin, unlock)).status == 303)
        let last = try self.line(of: other)
        #expect(!["quota", "prefix", "role", "locked"].contains { last.contains("\($0)=") })
        #expect(try RunningProgram.run(Binaries.adduser, ["--list", "-f", site.users]).error.isEmpty)
    }

    @Test("the last admin is neither locked out nor demoted; one of two may be")
    func lastAdmin() throws {
        let server = try TestServer(site, options: ["--edit-users", "--confine", "off"])
        let admin = try AdminVisitor.loggedIn(server)
        let before = try lines()
        for change in [
            ["was-role": "admin", "role": "viewer"], ["was-role": "admin", "role": "none"], ["locked": "y"],
        ] {
            let answer = try admin.post("/admin/users/\(Fixtures.user)", form(admin, change))
            #expect(answer.status == 400 && answer.text.contains("admin"), "\(change)")
        }
        #expect(try lines() == before)
        try site.setRole("admin", of: other)
        let change = ["was-role": "admin", "role": "viewer"]
        #expect(try admin.post("/admin/users/\(Fixtures.user)", form(admin, change)).status == 303)
        #expect(try eventually { try admin.post("/admin/users/\(other)", form(admin, change)).status == 403 })
    }

    @Test("what can't be is refused, and nothing is changed without the page's token or by a viewer")
    func refusals() throws {
        let server = try TestServer(site, options: ["--edit-users", "--confine", "off"])
        let admin = try AdminVisitor.loggedIn(server)
        let before = try lines()
        for (name, value) in [("quota", "much"), ("prefix", "../x"), ("prefix", "a:b=c\nx"), ("role", "root")] {
            let answer = try admin.post("/admin/users/\(other)", form(admin, [name: value]))
            #expect(answer.status == 400, "\(name)")
        }
        #expect(try admin.post("/admin/users/\(other)", form(admin, ["quota": "1G", "token": "0"])).status == 403)
        #expect(try admin.post("/admin/users/nobody", form(admin, ["quota": "1G"])).status == 404)
        #expect(try admin.post("/admin/users", form(admin, ["quota": "1G"])).status == 404)
        try site.setRole("viewer", of: other)
        let viewer = try AdminVisitor.loggedIn(server, other, Fixtures.otherPassword)
        let list = try viewer.get("/admin/users").text
        #expect(list.contains(Fixtures.user) && !list.contains("/admin/users/"))
        #expect(try viewer.get("/admin/users/\(other)").status == 403)
        #expect(try viewer.post("/admin/users/\(other)", form(viewer, ["quota": "1G"])).status == 403)
        try site.setRole("none", of: other)
        #expect(try lines() == before)
    }

    @Test(
        "where the server may not write the file, the page says so, and which command does it",
        arguments: [[], ["--edit-users"]])
    func cannotWrite(_ options: [String]) throws {
        let server = try TestServer(site, options: options)
        let admin = try AdminVisitor.loggedIn(server)
        let lock = "\(site.scratch.path)/.users.lock"
        if !options.isEmpty {
            // A folder stands where the lock would be.
            try? FileManager.default.removeItem(atPath: lock)
            try FileManager.default.createDirectory(atPath: lock, withIntermediateDirectories: false)
        }
        let page = try admin.get("/admin/users/\(other)").text
        #expect(page.contains(options.isEmpty ? "Show the command" : ">Save<"))
        let answer = try admin.post("/admin/users/\(other)", form(admin, ["quota": "1G", "locked": "y"]))
        #expect(answer.status == 409)
        if !options.isEmpty { try FileManager.default.removeItem(atPath: lock) }
        let command = try #require(answer.text.firstMatch(of: /<code>adduser (.*)<\/code>/)).1
        #expect(try !line(of: other).contains("quota="))
        // It does it.
        let done = try RunningProgram.run("/bin/sh", ["-c", "\(Binaries.adduser) \(command)"])
        #expect(done.status == 0, "\(done.error)")
        #expect(try line(of: other).contains(":quota=1G") && line(of: other).contains(":locked=y"))
    }

    @Test("a confined server with --edit-users writes the file, and nothing beside its folder")
    func confined() throws {
        let server = try TestServer(site, options: ["--edit-users"])
        let admin = try AdminVisitor.loggedIn(server)
        #expect(try admin.post("/admin/users/\(other)", form(admin, ["quota": "1G"])).status == 303)
        #expect(try line(of: other).contains(":quota=1G"))
    }
}
