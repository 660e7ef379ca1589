import Foundation
import Platform
import TestSupport
import Testing

/// A real client of tus, tuspy, against a real server.
@Suite("tus by tuspy", .enabled(if: WebClients.has("tuspy"), WebClients.reason("tuspy")))
struct TuspyTests {
    private let site: Site
    private let scratch: ScratchFolder
    private let path: String
    private let content = sample(9 << 20, seed: 5)

    init() throws {
        site = try Site()
        scratch = try ScratchFolder("tuspy")
        path = try scratch.write(content, to: "clip")
    }

    private func tuspy(_ server: TestServer, _ options: [String]) throws -> RunningProgram {
        try Tuspy.start(server, [path] + options)
    }

    private func expectStored(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let digest = try Tree.digests(of: scratch.path)["clip"]
        #expect(try site.stored() == [name: digest], sourceLocation: sourceLocation)
        #expect(try site.partials().isEmpty, sourceLocation: sourceLocation)
    }

    @Test(
        "whole, in chunks, and with checksums",
        arguments: [[], ["--chunk", "1000000"], ["--chunk", "3000000", "--checksum"]])
    func whole(_ options: [String]) throws {
        let server = try TestServer(site)
        let outcome = try tuspy(server, ["--name", "a.mp4"] + options).waitForEnd(seconds: 120)
        #expect(outcome.status == 0, "\(outcome.error)")
        try expectStored("a.mp4")
    }

    @Test("a file without a name, and an empty one")
    func unnamed() throws {
        let server = try TestServer(site)
        #expect(try tuspy(server, []).waitForEnd(seconds: 120).status == 0)
        let empty = try scratch.write([], to: "empty")
        #expect(try Tuspy.start(server, [empty, "--name", "empty"]).waitForEnd(seconds: 120).status == 0)
        let stored = try site.stored()
        #expect(stored.count == 2 && stored.keys.contains("empty"), "\(stored)")
        #expect(stored.keys.contains { $0.hasPrefix("upload-") })
    }

    enum End: CaseIterable {
        case client, stopped, killed
    }

    @Test(
        "cut in the middle, it goes on, also where the server was stopped or killed in between", arguments: End.allCases
    )
    func resumes(_ end: End) throws {
        var server = try TestServer(site)
        let begun = try tuspy(server, ["--name", "a.mp4", "--chunk", "2000000", "--steps", "2"])
        let outcome = try begun.waitForEnd(seconds: 120)
        #expect(outcome.status == 0, "\(outcome.error)")
        let upload = try #require(outcome.output.split(separator: "/").last).trimmingCharacters(in: .newlines)
        switch end {
        case .client: break
        case .stopped: _ = try server.stop()
        case .killed: try server.kill()
        }
        if end != .client { server = try TestServer(site) }
        #expect(try site.stored().isEmpty)
        let url = "https://127.0.0.1:\(server.port)/tus/\(upload)"
        let curl = try Curl(server)
        let told = try curl("/tus/\(upload)", Curl.login + ["-I", "-H", "Tus-Resumable: 1.0.0"])
        #expect(told.status == 200 && told.fields["upload-offset"] == "4000000", "\(told)")
        let resumed = try tuspy(server, ["--name", "a.mp4", "--resume", url]).waitForEnd(seconds: 120)
        #expect(resumed.status == 0, "\(resumed.error)")
        try expectStored("a.mp4")
    }

    @Test("killed while it sends, it goes on from what had come")
    func killedClient() throws {
        let server = try TestServer(site)
        let curl = try Curl(server)
        let begun = try tuspy(server, ["--name", "a.mp4", "--steps", "0"]).waitForEnd(seconds: 120)
        let upload = try #require(begun.output.split(separator: "/").last).trimmingCharacters(in: .newlines)
        let sending = try RunningProgram(
            "/usr/bin/env",
            [
                "curl", "-sS", "--cacert", server.site.certificates.authority, "--limit-rate", "2M", "-X", "PATCH",
                "-T", path,
            ]
                + Curl.login
                + [
                    "-H", "Tus-Resumable: 1.0.0", "-H", "Upload-Offset: 0", "-H",
                    "Content-Type: application/offset+octet-stream", "https://127.0.0.1:\(server.port)/tus/\(upload)",
                ])
        // What is asked takes the upload over from the one that sends.
        var offset = 0
        while offset == 0 {
            Thread.sleep(forTimeInterval: 0.05)
            guard try !site.partials().isEmpty else { continue }
            let size = try FileManager.default.attributesOfItem(
                atPath: site.storage + "/.auto-upload/partial/" + (site.partials().min { $0.count < $1.count } ?? ""))
            guard (size[.size] as? Int ?? 0) > 1 << 20 else { continue }
            let told = try curl("/tus/\(upload)", Curl.login + ["-I", "-H", "Tus-Resumable: 1.0.0"])
            offset = Int(told.fields["upload-offset"] ?? "") ?? 0
        }
        sending.signal(SIGKILL)
        _ = try sending.waitForEnd(seconds: 30)
        #expect(offset > 0)
        let url = "https://127.0.0.1:\(server.port)/tus/\(upload)"
        let resumed = try tuspy(server, ["--name", "a.mp4", "--resume", url]).waitForEnd(seconds: 120)
        #expect(resumed.status == 0, "\(resumed.error)")
        try expectStored("a.mp4")
    }
}

enum Tuspy {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    static func start(_ server: TestServer, _ arguments: [String]) throws -> RunningProgram {
        try RunningProgram(
            WebClients.python,
            [folder.appending(path: "upload.py").path, "https://127.0.0.1:\(server.port)/tus/"] + arguments,
            environment: [
                "TUS_LOGIN": "\(Fixtures.user):\(Fixtures.password)",
                "REQUESTS_CA_BUNDLE": server.site.certificates.authority,
            ])
    }
}
