import Foundation
import TestSupport
import Testing

/// HTTP without TLS, as a reverse proxy on the same machine speaks it.
@Suite("Plain HTTP")
struct PlainHTTPTests {
    private static let tcp = ["--http-listen", "127.0.0.1:0"]

    private func send(_ curl: Curl, _ options: [String] = []) throws -> Curl.Answer {
        try curl("/files/a", Curl.login + options + ["-T", curl.scratch.write(sample(10), to: "a")])
    }

    @Test("files are stored as by TLS: by PUT and by a form, over loopback and a socket in the file system")
    func stores() throws {
        let site = try Site()
        let sockets = try ScratchFolder.ofSockets()
        defer { withExtendedLifetime(sockets) {} }
        let socket = sockets.path("http")
        let server = try TestServer(site, options: Self.tcp + ["--http-listen", "unix:\(socket)"])
        #expect(try sockets.permissions(of: "http") == 0o660)
        let content = sample(20 << 20)
        for (number, curl) in try [Curl(plain: server), Curl(server, socket: socket)].enumerated() {
            let path = try curl.scratch.write(content, to: "clip")
            let put = try curl("/files/\(number)/put", Curl.login + ["-T", path])
            #expect(put.status == 201, "\(put)")
            let receipt = try curl.scratch.write(put.text, to: "receipt")
            #expect(try RunningProgram.run(Binaries.client, ["verify-receipt", receipt, path]).status == 0)
            #expect(try curl("/upload", Curl.login + ["-F", "file=@\(path);filename=\(number)/form"]).text == "OK\n")
        }
        #expect(try site.stored().keys.sorted() == ["0/form", "0/put", "1/form", "1/put"])
        #expect(try Set(site.stored().values).count == 1)
        #expect(try server.stop().status == 0)
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test("a refusal in the midst of a body, and a stop, reach who is still sending")
    func refusals() throws {
        let server = try TestServer(options: Self.tcp)
        try server.site.setQuota("1M")
        let curl = try Curl(plain: server)
        let path = try curl.scratch.write(sample(60 << 20), to: "large")
        let chunked = ["-H", "Transfer-Encoding: chunked", "-H", "Expect:"]
        let refused = try curl("/files/large", Curl.login + ["-T", path] + chunked)
        #expect(refused.status == 507 && refused.text.contains("quota"), "\(refused)")
        let other = ["-u", "\(Fixtures.otherUser):\(Fixtures.otherPassword)"]
        let client = try RunningProgram(
            "/usr/bin/env", curl.command("/files/slow", other + ["-i", "--limit-rate", "2M", "-T", path]))
        _ = try server.logLine(with: " login ", "user=\(Fixtures.otherUser) ", "protection=none")
        #expect(try server.stop().status == 0)
        let answer = try client.waitForEnd(seconds: 60)
        #expect(answer.output.contains("HTTP/1.1 503 "), "\(answer)")
        #expect(try server.site.stored().isEmpty && server.site.partials().isEmpty)
    }

    @Test("a socket that a killed server left is replaced; one that is served isn't")
    func leftover() throws {
        let site = try Site()
        let sockets = try ScratchFolder.ofSockets()
        defer { withExtendedLifetime(sockets) {} }
        let place = ["--http-listen", "unix:\(sockets.path("http"))"]
        try TestServer(site, options: place).kill()
        let server = try TestServer(site, options: place)
        let other = try Site()
        let refused = #expect(throws: TestServer.DidNotStart.self) { _ = try TestServer(other, options: place) }
        #expect(refused?.outcome.status == 71 && refused?.outcome.error.contains("another program listens") == true)
        #expect(try send(Curl(server, socket: sockets.path("http"))).status == 201)
    }

    @Test(
        "places that others could hear, and what is no place, are refused with the reason",
        arguments: [
            (["--http-listen", "0.0.0.0:8080"], "loopback"), (["--http-listen", "192.0.2.1:80"], "loopback"),
            (["--http-listen", "[::]:80"], "loopback"), (["--http-listen", "localhost:80"], "numeric"),
            (["--http-listen", "8080"], "ADDRESS:PORT"), (["--http-listen", "unix:"], "unix:PATH"),
            (["--http-listen", "127.0.0.1:99999"], "ADDRESS:PORT"), (["--trusted-proxy", "localhost"], "numeric"),
            (["--http-listen", "127.0.0.1:0", "--web", "off"], "--web off"),
        ])
    func refusedPlaces(_ options: [String], _ reason: String) throws {
        let failed = #expect(throws: TestServer.DidNotStart.self) { _ = try TestServer(options: options) }
        #expect(failed?.outcome.status == 64 && failed?.outcome.error.contains(reason) == true)
        #expect(isOneLine(failed?.outcome.error ?? ""))
    }

    @Test("what names another client counts from a trusted proxy only, and there the last that isn't one")
    func forwarded() throws {
        let forged = ["-H", "X-Forwarded-For: 9.9.9.9, 203.0.113.7"]
        let open = try TestServer(options: Self.tcp)
        #expect(try send(Curl(plain: open), forged).status == 201)
        _ = try open.logLine(with: " login ", "address=127.0.0.1:")
        let server = try TestServer(options: Self.tcp + ["--trusted-proxy", "127.0.0.1"])
        let curl = try Curl(plain: server)
        #expect(try send(curl, forged).status == 201)
        _ = try server.logLine(with: " login ", "address=203.0.113.7 ")
        #expect(try send(curl, ["-H", "Forwarded: for=\"[2001:db8::7]:80\""]).status == 200)
        _ = try server.logLine(with: " login ", "address=[2001:db8::7]:80 ")
        #expect(try send(curl, forged + ["-H", "Forwarded: for=9.9.9.9"]).status == 400)
        #expect(!open.log.contains("9.9.9.9") && !server.log.contains("9.9.9.9"))
    }

    @Test("each client of a proxy has as many connections as one that comes by itself")
    func admission() throws {
        let options = ["--trusted-proxy", "127.0.0.1", "--max-connections-per-address", "1"]
        let server = try TestServer(options: Self.tcp + options)
        let curl = try Curl(plain: server)
        let path = try curl.scratch.write(sample(4 << 20), to: "slow")
        let first = ["-H", "X-Forwarded-For: 203.0.113.1"]
        let slow = try RunningProgram(
            "/usr/bin/env", curl.command("/files/slow", Curl.login + first + ["--limit-rate", "200K", "-T", path]))
        _ = try server.logLine(with: " login ", "address=203.0.113.1 ")
        let more = try send(curl, first)
        #expect(more.status == 503 && more.fields["retry-after"] == "60", "\(more)")
        #expect(try send(curl, ["-H", "X-Forwarded-For: 203.0.113.2"]).status == 201)
        slow.signal(SIGTERM)
    }

    @Test("a page's origin has the scheme that the client spoke: http, or what a trusted proxy says")
    func origin() throws {
        for isTrusted in [false, true] {
            let server = try TestServer(options: Self.tcp + (isTrusted ? ["--trusted-proxy", "127.0.0.1"] : []))
            let curl = try Curl(plain: server)
            func status(_ scheme: String, _ fields: [String] = []) throws -> Int {
                try send(curl, ["-H", "Host: drop.example", "-H", "Origin: \(scheme)://drop.example"] + fields).status
            }
            #expect(try status("http") == 201)
            #expect(try status("https") == 403)
            let proxied = ["-H", "X-Forwarded-Proto: https"]
            #expect(try status("https", proxied) == (isTrusted ? 200 : 403))
            #expect(try status("http", proxied) == (isTrusted ? 403 : 200))
        }
    }
}
