import Foundation
import TestSupport
import Testing

/// Another real client of tus, aiotus, against a real server: it makes one file of several, and takes Location for what stands below
/// the URL that it was given.
@Suite("tus by aiotus", .enabled(if: WebClients.has("aiotus"), WebClients.reason("aiotus")))
struct AiotusTests {
    private let server: TestServer
    private let scratch: ScratchFolder

    init() throws {
        server = try TestServer()
        scratch = try ScratchFolder("aiotus")
    }

    /// - Returns: the upload's id, and the name that the server tells of it.
    private func aiotus(_ arguments: [String]) throws -> (id: String, name: String) {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "aiotus_upload.py").path
        let outcome = try RunningProgram.run(
            WebClients.python, [script, "https://127.0.0.1:\(server.port)/tus/"] + arguments,
            environment: [
                "WEB_LOGIN": "\(Fixtures.user):\(Fixtures.password)",
                "WEB_AUTHORITY": server.site.certificates.authority,
            ])
        let lines = outcome.output.split(separator: "\n").map(String.init)
        guard outcome.status == 0, lines.count == 2 else { throw Failure("aiotus: \(outcome.output) \(outcome.error)") }
        return (String(lines[0].split(separator: "/").last ?? ""), lines[1])
    }

    @Test("a file in pieces, and an empty one")
    func whole() throws {
        let clip = try scratch.write(sample(5_000_000, seed: 1), to: "clip.mp4")
        #expect(try aiotus(["clip.mp4", clip]).name == "clip.mp4")
        _ = try aiotus(["empty", try scratch.write([], to: "empty")])
        #expect(try server.site.stored() == Tree.digests(of: scratch.path))
        #expect(try server.site.partials().isEmpty)
    }

    @Test("several files become one, and nothing is left of them")
    func concatenation() throws {
        let content = sample(7_000_000, seed: 2)
        let parts = try [0..<3_000_000, 3_000_000..<3_000_001, 3_000_001..<7_000_000].enumerated().map {
            number, range in
            try scratch.write(Array(content[range]), to: "part-\(number)")
        }
        #expect(try aiotus(["trip/clip.mp4"] + parts).name == "trip/clip.mp4")
        let whole = try ScratchFolder("whole")
        try whole.write(content, to: "trip/clip.mp4")
        #expect(try server.site.stored() == Tree.digests(of: whole.path))
        #expect(try server.site.partials().isEmpty)
    }

    @Test("what was begun by another client is gone on with")
    func resumption() throws {
        let content = sample(5_000_000, seed: 3)
        let clip = try scratch.write(content, to: "clip.mp4")
        let curl = try Curl(server)
        let begun = try curl.scratch.write(Array(content[..<1_500_000]), to: "begun")
        let name = "Upload-Metadata: filename \(Data("clip.mp4".utf8).base64EncodedString())"
        let made = try curl(
            "/tus/",
            Curl.login + ["-X", "POST", "--data-binary", "@\(begun)", "-H", name]
                + [
                    "-H", "Tus-Resumable: 1.0.0", "-H", "Upload-Length: 5000000", "-H",
                    "Content-Type: application/offset+octet-stream",
                ])
        let id = try #require(made.fields["location"], "\(made)")
        let url = "https://127.0.0.1:\(server.port)/tus/\(id)"
        #expect(try aiotus(["clip.mp4", clip, "--resume", url]).id == id)
        #expect(try server.site.stored() == Tree.digests(of: scratch.path))
    }
}
