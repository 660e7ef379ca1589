import Foundation
import TestSupport
import Testing

/// What a server has given up by the time it serves. That it goes on with changed files, passwords and disks all the same is shown by
/// the other suites: their servers are confined.
@Suite("What the server gives up")
struct ConfinementTests {
    private let site: Site

    init() throws {
        site = try Site()
        for (path, name) in [(site.certificates.chain, "server.pem"), (site.certificates.key, "server-key.pem")] {
            try site.scratch.write(try Data(contentsOf: URL(fileURLWithPath: path)), to: "archive/1/\(name)")
            try link("live/\(name)", to: "../archive/1/\(name)")
        }
    }

    private var options: [String] {
        ["-c", site.scratch.path("live/server.pem"), "-k", site.scratch.path("live/server-key.pem")]
    }

    private func link(_ name: String, to target: String) throws {
        let path = site.scratch.path(name)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path + ".new", withDestinationPath: target)
        guard unsafe rename(path + ".new", path) == 0 else { throw Failure("can't rename") }
    }

    private func put(_ certificates: ExampleCertificates, into folder: String) throws {
        for (path, name) in [(certificates.chain, "server.pem"), (certificates.key, "server-key.pem")] {
            try site.scratch.write(try Data(contentsOf: URL(fileURLWithPath: path)), to: "\(folder)/\(name)")
        }
    }

    private static let isComplaint = "files can't be confined"

    @Test("no thread may gain privileges, and no core file is written")
    func threads() throws {
        let server = try TestServer(site, options: options)
        try server.expectServing()
        let threads = try ProcessView.threads(of: server.program.processID)
        #expect(threads.count > 2 && threads.allSatisfy { $0["NoNewPrivs"] == "1" }, "\(threads.count)")
        let limit = try #require(try ProcessView.limit("Max core file size", of: server.program.processID))
        #expect(limit.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"])
    }

    @Test("links into a neighbouring folder are followed when they change, as certbot's; links to anywhere aren't")
    func links() throws {
        let server = try TestServer(site, options: options)
        let (next, elsewhere) = (
            try ExampleCertificates(for: ["127.0.0.1"]), try ExampleCertificates(for: ["127.0.0.1"])
        )
        try put(next, into: "archive/2")
        for name in ["server-key.pem", "server.pem"] { try link("live/\(name)", to: "../archive/2/\(name)") }
        _ = try server.logLine(with: " certificate ", "subject=")
        try ProtocolClient(port: server.port, authority: next.authority).logIn(Fixtures.user, Fixtures.password)
        if server.log.contains(Self.isComplaint) { return }
        for (path, name) in [(elsewhere.key, "server-key.pem"), (elsewhere.chain, "server.pem")] {
            try link("live/\(name)", to: path)
        }
        _ = try server.logLine(with: " warning ", "still counts", "can't be read: Permission denied")
        try ProtocolClient(port: server.port, authority: next.authority).logIn(Fixtures.user, Fixtures.password)
    }

    @Test("--confine off follows any link, and says what that means")
    func unconfined() throws {
        let server = try TestServer(site, options: options + ["--confine", "off"])
        _ = try server.logLine(with: " note ", "--confine off")
        let elsewhere = try ExampleCertificates(for: ["127.0.0.1"])
        for (path, name) in [(elsewhere.key, "server-key.pem"), (elsewhere.chain, "server.pem")] {
            try link("live/\(name)", to: path)
        }
        _ = try server.logLine(with: " certificate ", "subject=")
    }
}
