import Foundation
import Platform
import TestSupport
import Testing

/// Sessions of the admin site: how they end, and who can't have one or use another's.
@Suite("Sessions of the admin site")
struct AdminSessionTests {
    @Test("a login begins a new one, whatever the browser showed before, and ends that")
    func fixation() throws {
        let server = try TestServer(try Site.withRole())
        let visitor = try AdminVisitor(server)
        let planted = String(repeating: "ab", count: 32)
        let cookie = ["-H", "Cookie: __Host-auto-upload=\(planted)"]
        _ = try visitor.post("/admin/login", ["username": Fixtures.user, "password": Fixtures.password], cookie)
        let first = try visitor.session()
        #expect(first != planted && first.count == 64)
        #expect(try AdminVisitor(server).get("/admin/", cookie).status == 303)
        _ = try visitor.logIn(Fixtures.user, Fixtures.password)
        #expect(try visitor.session() != first)
        let old = try AdminVisitor(server).get("/admin/", ["-H", "Cookie: __Host-auto-upload=\(first)"])
        #expect(old.status == 303)
        #expect(try visitor.isInside())
    }

    @Test("what can't be a session is none", arguments: ["", "x", String(repeating: "g", count: 64), "../etc", "\"\""])
    func malformed(_ value: String) throws {
        let server = try TestServer(try Site.withRole())
        let answer = try AdminVisitor(server).get("/admin/", ["-H", "Cookie: __Host-auto-upload=\(value)"])
        #expect(answer.status == 303)
    }

    @Test("it ends by a POST with the page's own token, and by nothing else")
    func logout() throws {
        let server = try TestServer(try Site.withRole())
        let visitor = try AdminVisitor.loggedIn(server)
        let token = try visitor.token()
        #expect(try visitor.get("/admin/logout").status == 404)
        #expect(try visitor.get("/admin/logout?token=\(token)").status == 404)
        #expect(try visitor.post("/admin/logout", [:]).status == 403)
        #expect(try visitor.post("/admin/logout", ["token": String(token.reversed())]).status == 403)
        let other = try AdminVisitor.loggedIn(server)
        #expect(try other.post("/admin/logout", ["token": token]).status == 403)
        #expect(try visitor.isInside() && other.isInside())
        let session = try visitor.session()
        let answer = try visitor.post("/admin/logout", ["token": token])
        #expect(answer.status == 303 && answer.fields["set-cookie"]?.contains("Max-Age=0") == true)
        let kept = try AdminVisitor(server).get("/admin/", ["-H", "Cookie: __Host-auto-upload=\(session)"])
        #expect(kept.status == 303)
        #expect(try other.isInside())
        _ = try server.logLine(with: " logout ", "user=\(Fixtures.user)")
    }

    @Test("nobody else's page can log somebody in or out, nor read a page, though it may upload")
    func foreignPages() throws {
        let server = try TestServer(try Site.withRole(), options: ["--web-origin", "https://friend.example"])
        let visitor = try AdminVisitor.loggedIn(server)
        let token = try visitor.token()
        let origins = [
            "https://evil.example", "null", "http://127.0.0.1:\(server.port)", "https://127.0.0.1", "",
            "https://friend.example", "https://127.0.0.1:\(server.port).evil.example",
        ]
        for origin in origins {
            #expect(try visitor.post("/admin/logout", ["token": token], origin: origin).status == 403, "\(origin)")
            let login = ["username": Fixtures.user, "password": Fixtures.password]
            #expect(try visitor.post("/admin/login", login, origin: origin).status == 403, "\(origin)")
        }
        let silent = ["-X", "POST", "--data-urlencode", "token=\(token)"]
        #expect(try visitor.get("/admin/logout", silent).status == 403)
        #expect(try visitor.get("/admin/logout", silent + ["-H", "Sec-Fetch-Site: same-site"]).status == 403)
        let both = ["-H", "Sec-Fetch-Site: cross-site"]
        #expect(try visitor.post("/admin/logout", ["token": token], both).status == 403)
        let friend = ["-H", "Origin: https://friend.example"]
        #expect(try visitor.get("/admin/", friend).fields["access-control-allow-origin"] == nil)
        let asked = friend + ["-X", "OPTIONS", "-H", "Access-Control-Request-Method: POST"]
        let preflight = try visitor.get("/admin/logout", asked)
        #expect(preflight.fields["access-control-allow-origin"] == nil)
        #expect(try visitor.isInside())
        #expect(try visitor.get("/admin/logout", silent + ["-H", "Sec-Fetch-Site: same-origin"]).status == 303)
    }

    @Test("a form of another kind changes nothing")
    func kinds() throws {
        let server = try TestServer(try Site.withRole())
        let visitor = try AdminVisitor.loggedIn(server)
        let token = try visitor.token()
        let origin = ["-H", "Origin: \(visitor.origin)"]
        #expect(try visitor.get("/admin/logout", origin + ["-F", "token=\(token)"]).status == 415)
        let json = origin + ["-H", "Content-Type: text/plain", "--data", "token=\(token)"]
        #expect(try visitor.get("/admin/logout", json).status == 415)
        let long = ["token": token, "more": String(repeating: "x", count: 20_000)]
        #expect(try visitor.post("/admin/logout", long).status == 413)
        for method in ["PUT", "DELETE", "PATCH"] {
            #expect(try visitor.get("/admin/", ["-X", method]).status == 405)
        }
        #expect(try visitor.isInside())
    }

    @Test(
        "it ends when the user's password, role, lock or seed changes, or the user goes",
        arguments: [
            ["--role", "none"], ["--password", "another one of mine", "--force"] + Fixtures.cheapHash, ["--lock"],
            ["--totp"], [],
        ])
    func changed(_ change: [String]) throws {
        let site = try Site.withRole()
        try site.setRole("viewer", of: Fixtures.otherUser)
        let server = try TestServer(site)
        let visitor = try AdminVisitor.loggedIn(server)
        let other = try AdminVisitor.loggedIn(server, Fixtures.otherUser, Fixtures.otherPassword)
        if change.isEmpty {
            try Fixtures.removeUser(Fixtures.user, from: site.users)
        } else {
            let words = ["--update", "-u", Fixtures.user, "-f", site.users] + change
            #expect(try RunningProgram.run(Binaries.adduser, words).status == 0)
        }
        #expect(try eventually { try !visitor.isInside() })
        #expect(try other.isInside())
    }

    @Test("it ends after its lifetime, however much it is used")
    func lifetime() throws {
        let server = try TestServer(try Site.withRole(), options: ["--session-lifetime", "2"])
        let visitor = try AdminVisitor.loggedIn(server)
        #expect(try eventually { try !visitor.isInside() })
    }
}
