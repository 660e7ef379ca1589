import TestSupport
import Testing

/// What isn't taken, and how a web client learns of it.
@Suite("Refusals of the web")
struct WebRefusalTests {
    private func site() throws -> (TestServer, Curl) {
        let server = try TestServer()
        return (server, try Curl(server))
    }

    @Test("nobody stores anything without the right name and password")
    func logins() throws {
        let (server, curl) = try site()
        let path = try curl.scratch.write(sample(1000), to: "clip")
        let anonymous = try curl("/files/a", ["-T", path])
        #expect(anonymous.status == 401 && anonymous.fields["www-authenticate"]?.hasPrefix("Basic") == true)
        let wrong = ["-u", "\(Fixtures.user):swordfish"]
        #expect(try curl("/files/a", wrong + ["-T", path]).status == 401)
        #expect(try curl("/files/a", ["-u", "nobody:\(Fixtures.password)", "-T", path]).status == 401)
        let headers = ["-H", "Username: \(Fixtures.user)", "-H", "Password: swordfish", "-F", "file=@\(path)"]
        let refused = try curl("/upload", headers)
        #expect(refused.status == 403 && refused.text == "Invalid username or password.\n")
        #expect(try curl("/upload", ["-F", "file=@\(path)"]).status == 401)
        #expect(
            try curl("/upload", ["-F", "username=\(Fixtures.user)", "-F", "password=swordfish", "-F", "file=@\(path)"])
                .status == 403)
        // The files come before who sends them.
        #expect(try curl("/upload", ["-F", "file=@\(path)", "-F", "username=\(Fixtures.user)"]).status == 401)
        #expect(try server.site.stored().isEmpty)
        #expect(!server.log.contains("swordfish"))
    }

    @Test("a page of another server uploads nothing with the password that a browser remembers")
    func foreignPages() throws {
        let (server, curl) = try site()
        let path = try curl.scratch.write(sample(1000), to: "clip")
        let form = Curl.login + ["-F", "file=@\(path)"]
        #expect(try curl("/upload", form + ["-H", "Origin: https://evil.example"]).status == 403)
        #expect(try curl("/upload", form + ["-H", "Origin: null"]).status == 403)
        #expect(try server.site.stored().isEmpty)
        #expect(try curl("/upload", form + ["-H", "Origin: https://127.0.0.1:\(server.port)"]).status == 200)
    }

    struct Request: CustomTestStringConvertible {
        let target: String
        var options: [String] = []
        let status: Int
        var testDescription: String { "\(target) \(options): \(status)" }
    }

    static let requests = [
        Request(target: "/files/../x", status: 400), Request(target: "/files/a//b", status: 400),
        Request(target: "/files/.auto-upload/x", status: 400), Request(target: "/files/a%2Fb", status: 400),
        Request(target: "/files/%00", status: 400), Request(target: "/files/%zz", status: 400),
        Request(target: "/files/a", options: ["-H", "Content-Range: bytes 4-9/10"], status: 400),
        Request(target: "/files/a", options: ["-H", "Content-Encoding: gzip"], status: 415),
        Request(target: "/files/a", options: ["-X", "DELETE"], status: 405),
        Request(target: "/files/a", options: ["-H", "If-None-Match: \"x\""], status: 400),
        Request(target: "/upload", status: 415), Request(target: "/upload/x", status: 404),
        Request(target: "/nothing", status: 404), Request(target: "/page/style.css", status: 405),
    ]

    @Test("what can't be stored is told at once, and by what")
    func requests() throws {
        let (server, curl) = try site()
        let path = try curl.scratch.write(sample(1000), to: "clip")
        for request in Self.requests {
            let answer = try curl(request.target, Curl.login + ["-T", path] + request.options)
            #expect(answer.status == request.status, "\(request.testDescription): \(answer)")
            #expect(!answer.text.isEmpty)
        }
        #expect(try server.site.stored().isEmpty)
        #expect(try server.site.partials().isEmpty)
    }

    @Test("a refusal in the midst of a body reaches who is still sending", arguments: [false, true])
    func midBody(_ isForm: Bool) throws {
        let (server, curl) = try site()
        try server.site.setQuota("1M")
        let path = try curl.scratch.write(sample(60 << 20), to: "large")
        // Nothing is asked before: the body comes at once.
        let sent = isForm ? ["-F", "file=@\(path)"] : ["-T", path, "-H", "Transfer-Encoding: chunked"]
        let answer = try curl(isForm ? "/upload" : "/files/large", Curl.login + sent + ["-H", "Expect:"])
        #expect(answer.status == 507, "\(answer)")
        #expect(answer.text.contains("quota"))
        #expect(try server.site.stored().isEmpty && server.site.partials().isEmpty)
    }

    @Test("a server that is being stopped says so to who is sending")
    func stopping() throws {
        let (server, _) = try site()
        let client = try WebClient(server)
        try client.begin("PUT", "/files/slow", [], length: 5 << 20)
        try client.send(sample(1 << 20))
        _ = try server.logLine(with: " login ")
        #expect(try server.stop().status == 0)
        #expect(try client.answer(to: "PUT").status == 503)
        #expect(try server.site.stored().isEmpty && server.site.partials().isEmpty)
    }

    @Test("a stranger's form is read no further than a form's fields are long")
    func strangersForm() throws {
        let (server, curl) = try site()
        let long = try curl.scratch.write([UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20), to: "long")
        let field = ["-F", "note=<\(long)"]
        #expect(try curl("/upload", field + ["-F", "file=@\(long)"]).status == 401)
        // Of who is known it is passed over.
        #expect(try curl("/upload", Curl.login + field + ["-F", "file=@\(long)"]).status == 200)
        #expect(try curl("/upload", ["-F", "username=<\(long)", "-F", "file=@\(long)"]).status == 413)
        #expect(try server.site.stored().count == 1)
    }

    @Test("a form that isn't whole stores nothing of its last file")
    func brokenForm() throws {
        let (server, curl) = try site()
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf of it"
        let form = try curl.scratch.write(head, to: "form")
        let answer = try curl(
            "/upload",
            Curl.login + ["-H", "Content-Type: multipart/form-data; boundary=b", "--data-binary", "@\(form)"])
        #expect(answer.status == 400, "\(answer)")
        #expect(try server.site.stored().isEmpty && server.site.partials().isEmpty)
    }

    @Test(
        "each place tells what can be done there, and HEAD gives what GET does, without content",
        arguments: [
            ("/", 200, "GET, HEAD, OPTIONS"), ("/page/style.css", 200, "GET, HEAD, OPTIONS"),
            ("/files/a/b", 405, "PUT, OPTIONS"), ("/upload", 405, "PUT, POST, OPTIONS"),
            ("/upload?x", 405, "PUT, POST, OPTIONS"), ("/tus/", 405, "POST, OPTIONS"),
        ])
    func methods(_ target: String, _ head: Int, _ allowed: String) throws {
        let (_, curl) = try site()
        let options = try curl(target, ["-X", "OPTIONS"])
        #expect(options.status == 204 && options.fields["allow"] == allowed && options.text.isEmpty, "\(options)")
        let answer = try curl(target, ["--head"])
        #expect(answer.status == head && (head == 200 || answer.fields["allow"] == allowed), "\(answer)")
        let length = Int(answer.fields["content-length"] ?? "")
        #expect(length.map { $0 > 0 } == true)
        if head == 200 { #expect(try curl(target, []).text.utf8.count == length) }
        #expect(try curl(target, ["-X", "DELETE"]).status == 405)
    }

    @Test("the whole server tells what it takes, and what isn't there is that to every method")
    func nothingThere() throws {
        let (_, curl) = try site()
        let whole = try curl("", ["-X", "OPTIONS", "--request-target", "*"])
        #expect(
            whole.status == 204 && whole.fields["allow"] == "GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS", "\(whole)")
        let resource = try curl("/uploads/a", ["-X", "OPTIONS"])
        #expect(
            resource.status == 204 && resource.fields["allow"] == "GET, HEAD, PATCH, DELETE, OPTIONS", "\(resource)")
        for method in [["--head"], ["-X", "OPTIONS"], ["-X", "PUT"], []] {
            #expect(try curl("/nothing", method).status == 404)
        }
    }

    @Test("HTTP without TLS is told where TLS is")
    func plain() throws {
        let (server, _) = try site()
        let answer = try RunningProgram.run("/usr/bin/env", ["curl", "-sS", "-i", "http://127.0.0.1:\(server.port)/"])
        #expect(answer.output.hasPrefix("HTTP/1.1 400 ") && answer.output.contains("https://"), "\(answer)")
    }

    @Test("--web off serves devices only")
    func off() throws {
        let server = try TestServer(options: ["--web", "off"])
        let answer = try Curl(server)("/", [])
        #expect(answer.status == 0 && answer.exitStatus != 0)
        _ = try server.logLine(with: " warning refused ", "TLS failed")
        try server.expectServing()
    }
}
