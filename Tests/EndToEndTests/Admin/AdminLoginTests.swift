import Foundation
import Platform
import TestSupport
import Testing

/// Who is let into the admin site, and for how long.
@Suite("Logging in to the admin site")
struct AdminLoginTests {
    @Test("it is there once a user has a role, without a restart, and not with --admin off")
    func there() throws {
        let server = try TestServer()
        let visitor = try AdminVisitor(server)
        for target in ["/admin", "/admin/", "/admin/login", "/admin/admin.css"] {
            #expect(try visitor.get(target).status == 404, "\(target)")
        }
        try server.site.setRole("viewer")
        #expect(try eventually { try visitor.get("/admin/login").status == 200 })
        let other = try TestServer(try Site.withRole(), options: ["--admin", "off"])
        #expect(try AdminVisitor(other).get("/admin/login").status == 404)
    }

    @Test("who isn't logged in is led to the login, whatever is asked for, and learns nothing of what there is")
    func stranger() throws {
        let server = try TestServer(try Site.withRole())
        let visitor = try AdminVisitor(server)
        for target in ["/admin", "/admin/", "/admin/nothing", "/admin/file/camera/none", "/admin/content/x/y?inline=1"]
        {
            let answer = try visitor.get(target)
            #expect(answer.status == 303 && answer.text.isEmpty, "\(target)")
            #expect(answer.fields["location"]?.hasPrefix("/admin/login") == true, "\(target)")
        }
        #expect(
            try visitor.get("/admin/file/camera/a%20b?x=1").fields["location"]
                == "/admin/login?next=%2Fadmin%2Ffile%2Fcamera%2Fa%2520b%3Fx%3D1")
        #expect(try visitor.post("/admin/logout", [:]).status == 303)
    }

    @Test("the right password and a role are needed, and whoever lacks one isn't told which")
    func wrong() throws {
        let site = try Site.withRole()
        let server = try TestServer(site)
        let visitor = try AdminVisitor(server)
        let cases = [
            (Fixtures.user, "wrong"), ("nobody", "wrong"), (Fixtures.otherUser, Fixtures.otherPassword), ("", ""),
            (Fixtures.user, ""), ("../x", "y"), (Fixtures.user, String(repeating: "x", count: 2000)),
        ]
        var told: Set<String> = []
        for (user, password) in cases {
            let answer = try visitor.logIn(user, password)
            #expect(answer.status == 403 && answer.fields["set-cookie"] == nil, "\(user)")
            told.insert(answer.text)
        }
        #expect(told.count == 1 && told.first?.contains("Wrong user, password or one-time code") == true)
        _ = try server.logLine(with: " login-denied ", "user=\(Fixtures.otherUser)", "no role")
        #expect(try !visitor.isInside())
        let answer = try visitor.logIn(Fixtures.user, Fixtures.password)
        #expect(answer.status == 303 && answer.fields["location"] == "/admin/")
        #expect(try visitor.isInside())
        _ = try server.logLine(with: " login ", "user=\(Fixtures.user)")
        #expect(!server.log.contains(Fixtures.password))
    }

    @Test("the cookie is for TLS, this host and no script; pages are kept by nobody, framed by nobody, and run nothing")
    func headers() throws {
        let server = try TestServer(try Site.withRole())
        let visitor = try AdminVisitor(server)
        let cookie = try #require(try visitor.logIn(Fixtures.user, Fixtures.password).fields["set-cookie"])
        #expect(
            cookie.wholeMatch(of: /__Host-auto-upload=[0-9a-f]{64}; Path=\/; Secure; HttpOnly; SameSite=Strict/) != nil)
        for target in ["/admin/", "/admin/login", "/admin/nothing"] {
            let answer = try visitor.get(target)
            #expect(
                answer.fields["cache-control"] == "no-store" && answer.fields["x-content-type-options"] == "nosniff")
            let policy = try #require(answer.fields["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe") && !policy.contains("data:"))
            #expect(answer.text.utf8.count < 50 << 10 && !answer.text.contains("<script>"))
        }
        let style = try visitor.get("/admin/admin.css")
        let tag = try #require(style.fields["etag"])
        #expect(style.status == 200)
        #expect(try visitor.get("/admin/admin.css", ["-H", "If-None-Match: \(tag)"]).status == 304)
    }

    @Test("a login leads on to a page of this site, and nowhere else")
    func next() throws {
        let server = try TestServer(try Site.withRole())
        let visitor = try AdminVisitor(server)
        let own = "/admin/file/camera/a%20b?x=1"
        #expect(
            try visitor.logIn(Fixtures.user, Fixtures.password, ["next": own]).fields["location"] == own)
        let others = [
            "https://evil.example/", "//evil.example/", "/\\evil.example", "/admin/..//evil.example", "/admin//evil",
            "javascript:alert(1)", "/", "/admin", "admin/", "/admin/\r\nX: y", "/admin/\\evil", " /admin/",
            "/admin/@evil", "https:/admin/", "/Admin/",
        ]
        for other in others {
            let answer = try visitor.logIn(Fixtures.user, Fixtures.password, ["next": other])
            #expect(answer.status == 303 && answer.fields["location"] == "/admin/", "\(other)")
            let escaped = other.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            #expect(try !visitor.get("/admin/login?next=\(escaped)").text.contains("name=\"next\""), "\(other)")
        }
        #expect(try visitor.get("/admin/login?next=/admin/file/a").text.contains("value=\"/admin/file/a\""))
    }

    @Test("a one-time code is asked for where the user has them, and counts once")
    func codes() throws {
        let site = try Site.withRole()
        let seed = try site.giveCodes()
        let server = try TestServer(site)
        let visitor = try AdminVisitor(server)
        #expect(try visitor.logIn(Fixtures.user, Fixtures.password).status == 403)
        let code = try seed.code(after: 1)
        // Behind the password it is none here: that is for uploads, of many requests.
        #expect(try visitor.logIn(Fixtures.user, Fixtures.password + code).status == 403)
        let spaced = code.prefix(3) + " " + code.suffix(3)
        #expect(try visitor.logIn(Fixtures.user, Fixtures.password, ["otp": String(spaced)]).status == 303)
        #expect(try visitor.isInside())
        let again = try AdminVisitor(server).logIn(Fixtures.user, Fixtures.password, ["otp": code])
        #expect(again.status == 503 && again.fields["retry-after"] != nil)
    }
}
