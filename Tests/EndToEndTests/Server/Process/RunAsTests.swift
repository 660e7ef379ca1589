import Foundation
import Platform
import TestSupport
import Testing

private let canBecomeNobody = ProcessLimits.isRoot && UserIdentity(named: "nobody") != nil && OtherOwner.isPossible

/// A server that root starts, and that serves as somebody else: all that it checks at its start, and reads again later, it does as that
/// user.
@Suite("--run-as", .enabled(if: canBecomeNobody, "this needs root, setpriv (util-linux) and a user nobody"))
struct RunAsTests {
    /// Of the user nobody, in Debian and others.
    private static let nobody = 65534
    private static let noCapabilities = "0000000000000000"

    private let site: Site

    init() throws {
        site = try Self.makeSite()
    }

    private static func makeSite() throws -> Site {
        let site = try Site()
        try put(site.certificates, in: site)
        for name in ["", "users", "storage", "tls"] { try give(site.scratch.path(name)) }
        return site
    }

    private static func put(_ certificates: ExampleCertificates, in site: Site) throws {
        for (path, name) in [(certificates.chain, "server.pem"), (certificates.key, "server-key.pem")] {
            let new = try site.scratch.write(try Data(contentsOf: URL(fileURLWithPath: path)), to: "tls/\(name).new")
            try give(new)
            guard unsafe rename(new, site.scratch.path("tls/\(name)")) == 0 else { throw Failure("can't rename") }
        }
    }

    private static func give(_ path: String) throws {
        try FileManager.default.setAttributes([.ownerAccountID: nobody], ofItemAtPath: path)
    }

    private static func options(_ site: Site) -> [String] {
        ["-c", site.scratch.path("tls/server.pem"), "-k", site.scratch.path("tls/server-key.pem")]
    }

    private static func server(
        _ site: Site, _ more: [String] = ["--run-as", "nobody"], through words: [String] = []
    ) throws -> TestServer {
        var refused: any Error = Failure("no port is free")
        for port in [611, 613, 617, 619, 997] {
            do {
                return try TestServer(
                    site, options: options(site) + ["--port", String(port)] + more, through: words)
            } catch let error as TestServer.DidNotStart where error.outcome.error.contains("another program uses port")
            {
                refused = error
            }
        }
        throw refused
    }

    private func expectPowerless(_ server: TestServer) throws {
        let process = server.program.processID
        for thread in try ProcessView.threads(of: process) {
            #expect(thread["Uid"] == [String](repeating: "65534", count: 4).joined(separator: "\t"))
            #expect(thread["Gid"] == [String](repeating: "65534", count: 4).joined(separator: "\t"))
            #expect(thread["Groups"] == "" || thread["Groups"] == "65534")
            for set in ["CapEff", "CapPrm", "CapInh", "CapAmb"] { #expect(thread[set] == Self.noCapabilities) }
            #expect(thread["NoNewPrivs"] == "1")
        }
        // A process whose memory others of the same user may read belongs to that user.
        let owner = try FileManager.default.attributesOfItem(atPath: "/proc/\(process)/environ")[.ownerAccountID]
        #expect(owner as? Int == 0)
    }

    @Test("a port below 1024 is bound, and all rights are gone by the time it serves")
    func drops() throws {
        let pidFile = site.scratch.path("pid")
        let server = try Self.server(site, ["--run-as", "nobody", "--pidfile", pidFile])
        try expectPowerless(server)
        try server.expectServing()
        try expectPowerless(server)
        let stored = site.storage + "/\(Fixtures.otherUser)/served.bin"
        let owner = try FileManager.default.attributesOfItem(atPath: stored)[.ownerAccountID]
        #expect(owner as? Int == Self.nobody)
        #expect(!server.log.contains("running as root"))
        #expect(try server.stop().status == 0)
        #expect(!FileManager.default.fileExists(atPath: pidFile))
    }

    @Test("a renewed certificate and a changed password file are taken by the user it has become")
    func reloads() throws {
        let server = try Self.server(site)
        let new = try ExampleCertificates(for: ["127.0.0.1"])
        try Self.put(new, in: site)
        _ = try server.logLine(with: " certificate ", "subject=")
        let client = try ProtocolClient(port: server.port, authority: new.authority)
        try client.logIn(Fixtures.user, Fixtures.password)
        try Fixtures.removeUser(Fixtures.user, from: site.users)
        server.program.signal(SIGHUP)
        _ = try server.logLine(with: " closed ", "user=camera ", client.address, "isn't in the password file")
    }

    @Test("another storage that takes the path is opened by the user it has become")
    func storage() throws {
        let other = try Self.makeSite()
        #expect(try Self.server(other).stop().status == 0)
        let server = try Self.server(site)
        try FileManager.default.moveItem(atPath: site.storage, toPath: site.scratch.path("elsewhere"))
        try FileManager.default.moveItem(atPath: other.storage, toPath: site.storage)
        _ = try server.logLine(with: " storage-opened ", "path=\(site.storage)")
        try server.expectServing()
    }

    @Test("with the one capability alone it binds the port, and gives that up")
    func capability() throws {
        let words = [
            "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps", "+net_bind_service",
            "--ambient-caps", "+net_bind_service",
        ]
        let server = try Self.server(site, [], through: words)
        try expectPowerless(server)
        try server.expectServing()
    }

    @Test("what the user can't read is told at the start, with what to do")
    func unreadable() throws {
        let key = site.scratch.path("tls/server-key.pem")
        try FileManager.default.setAttributes([.ownerAccountID: 0], ofItemAtPath: key)
        let failed = #expect(throws: TestServer.DidNotStart.self) { _ = try Self.server(site) }
        let outcome = try #require(failed?.outcome)
        #expect(outcome.status == 78 && outcome.error.contains("the user nobody is to read these files"), "\(outcome)")
    }

    @Test(
        "a user whom nobody knows, root, and a server that isn't root's are refused",
        arguments: [("no-such-user", 78, "no user no-such-user"), ("root", 64, "fewer rights")])
    func refused(_ user: String, _ status: Int, _ says: String) throws {
        let ended = try RunningProgram.run(Binaries.server, site.arguments() + ["--run-as", user])
        #expect(ended.status == Int32(status) && ended.error.contains(says), "\(ended)")
    }

    @Test("only root can become somebody else")
    func notRoot() throws {
        let words = ["--reuid", "65534", "--regid", "65534", "--clear-groups", Binaries.server]
        let ended = try RunningProgram.run(
            "/usr/bin/env", ["setpriv"] + words + site.arguments() + Self.options(site) + ["--run-as", "daemon"])
        #expect(ended.status == 77 && ended.error.contains("only root can become another user"), "\(ended)")
    }
}
