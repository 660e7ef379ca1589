import Foundation
import TestSupport
import Testing

/// nginx and HAProxy in front of the server.
@Suite("Behind reverse proxies")
struct ProxyTests {
    @Test(
        "nginx, over a socket in the file system",
        .enabled(if: ReverseProxy.Kind.nginx.isThere, "nginx isn't installed: scripts/install-dependencies test"))
    func nginx() throws {
        let site = try site()
        let sockets = try ScratchFolder.ofSockets()
        defer { withExtendedLifetime(sockets) {} }
        let place = "unix:\(sockets.path("http"))"
        let server = try TestServer(site, options: ["--http-listen", place, "--trusted-proxy", "unix"])
        try check(.nginx, to: place, server)
    }

    @Test(
        "HAProxy, over loopback",
        .enabled(if: ReverseProxy.Kind.haproxy.isThere, "haproxy isn't installed: scripts/install-dependencies test"))
    func haproxy() throws {
        let server = try TestServer(
            site(), options: ["--http-listen", "127.0.0.1:0", "--trusted-proxy", "127.0.0.1"])
        try check(.haproxy, to: server.plainAddress(), server)
    }

    /// With a quota for the files that are stored, and not for another.
    private func site() throws -> Site {
        let site = try Site()
        try site.setQuota("100M")
        return site
    }

    private func check(_ kind: ReverseProxy.Kind, to place: String, _ server: TestServer) throws {
        let scratch = try ScratchFolder("proxy")
        let proxy = try ReverseProxy(kind, to: place, server.site.certificates, in: scratch)
        defer { try? proxy.stop() }
        let curl = try Curl(server, port: proxy.port, from: "127.0.0.2")
        try store(curl, server.site)
        try refuse(curl, server.site)
        // The proxy's own client counts, whatever that says of others.
        _ = try server.logLine(with: " login ", "user=camera ", "address=127.0.0.2 ")
        #expect(!server.log.contains("9.9.9.9"))
    }

    private func store(_ curl: Curl, _ site: Site) throws {
        let path = try curl.scratch.write(sample(20 << 20), to: "clip")
        let forged = ["-H", "X-Forwarded-For: 9.9.9.9", "-H", "Forwarded: for=9.9.9.9"]
        let put = try curl("/files/a%20b/%C3%BC.mp4", Curl.login + forged + ["-T", path])
        #expect(put.status == 201 && put.fields["location"] == "/files/a%20b/%C3%BC.mp4", "\(put)")
        let receipt = try curl.scratch.write(put.text, to: "receipt")
        #expect(try RunningProgram.run(Binaries.client, ["verify-receipt", receipt, path]).status == 0)
        let chunked = Curl.login + ["-H", "Transfer-Encoding: chunked", "-T", path]
        #expect(try curl("/files/chunked", chunked).status == 201)
        let page = ["-H", "Origin: \(curl.base)", "-F", "file=@\(path);filename=form"]
        let headers = ["-H", "Username: \(Fixtures.user)", "-H", "Password: \(Fixtures.password)"]
        #expect(try curl("/upload", headers + page).text == "OK\n")
        let stored = try site.stored()
        #expect(stored.count == 3 && Set(stored.values).count == 1, "\(stored)")
    }

    private func refuse(_ curl: Curl, _ site: Site) throws {
        let path = try curl.scratch.write(sample(60 << 20), to: "large")
        let foreign = ["-H", "Origin: https://evil.example", "-F", "file=@\(path)"]
        #expect(try curl("/upload", Curl.login + foreign).status == 403)
        #expect(try curl("/files/a", ["-T", path]).status == 401)
        let sent = ["-T", path, "-H", "Transfer-Encoding: chunked", "-H", "Expect:"]
        let refused = try curl("/files/large", Curl.login + sent)
        #expect(refused.status == 507 && refused.text.contains("quota"), "\(refused)")
        #expect(try site.partials().isEmpty)
    }
}
