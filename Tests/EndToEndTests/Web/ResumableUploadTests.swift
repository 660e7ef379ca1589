import Domain
import Foundation
import TestSupport
import Testing
import Transport

/// Uploads by the IETF's draft "Resumable Uploads for HTTP", against a real server.
@Suite("Resumable uploads of the web")
struct ResumableUploadTests {
    private let server: TestServer

    init() throws {
        server = try TestServer()
    }

    private static let version = "Upload-Draft-Interop-Version: 8"
    private static let partial = "Content-Type: application/partial-upload"

    private func digest(_ content: some Collection<UInt8>) throws -> String {
        let digest = try #require(ContentHasher.digest(of: Array(content)))
        return "sha-256=:\(Data(digest.bytes).base64EncodedString()):"
    }

    private func expectStored(_ content: [UInt8], _ name: String, on server: TestServer? = nil) throws {
        let stored = try (server ?? self.server).site.stored()
        #expect(stored == [name: try #require(ContentHasher.digest(of: content)).description])
    }

    /// Creates an upload without content.
    private func create(
        _ client: WebClient, _ fields: [String] = [], target: String = "/files/clip"
    ) throws -> String {
        let answer = try client("PUT", target, ["Upload-Complete: ?0"] + fields)
        #expect(answer.status == 201 && answer.fields["upload-complete"] == "?0", "\(answer)")
        #expect(answer.fields["upload-offset"] == "0")
        return try #require(answer.fields["location"])
    }

    private func append(_ offset: Int, complete: Bool) -> [String] {
        [Self.partial, "Upload-Offset: \(offset)", "Upload-Complete: \(complete ? "?1" : "?0")"]
    }

    @Test(
        "one that is cut goes on from what the server has, and is answered as if it had never been; a lost answer is had again",
        arguments: [8, 9])
    func cut(_ version: Int) throws {
        let content = sample(5 << 20, seed: 1)
        let first = try WebClient(server)
        try first.begin(
            "PUT", "/files/trip/clip",
            ["Upload-Draft-Interop-Version: \(version)", "Upload-Complete: ?1", "Expect: 100-continue"],
            length: content.count)
        let interim = try first.head()
        #expect(
            interim.status == 104 && interim.fields["upload-draft-interop-version"] == "\(version)", "\(interim)")
        let limits = try #require(interim.fields["upload-limit"])
        for limit in ["max-size", "min-size", "max-append-size", "min-append-size", "max-age"] {
            #expect(limits.contains("\(limit)="))
        }
        let location = try #require(interim.fields["location"])
        #expect(try first.head().status == 100)
        try first.send(content.prefix(3 << 20))
        first.cut()
        _ = try server.logLine(with: " parked ")
        let second = try WebClient(server)
        let state = try second("HEAD", location)
        #expect(state.status == 204 && state.fields["upload-complete"] == "?0", "\(state)")
        #expect(state.fields["upload-length"] == "\(content.count)" && state.fields["cache-control"] == "no-store")
        let offset = try #require(Int(state.fields["upload-offset"] ?? ""))
        #expect(offset > 0 && offset <= 3 << 20)
        let answer = try second("PATCH", location, append(offset, complete: true), content.dropFirst(offset))
        #expect(answer.status == 201 && answer.fields["upload-complete"] == "?1", "\(answer)")
        #expect(answer.fields["location"] == "/files/trip/clip")
        #expect(try answer.fields["repr-digest"] == digest(content))
        try expectStored(content, "trip/clip")
        let done = try second("GET", location)
        #expect(done.status == 204 && done.fields["upload-complete"] == "?1")
        #expect(done.fields["upload-offset"] == "\(content.count)")
        let again = try second("PATCH", location, append(content.count, complete: true))
        #expect(again.status == 201 && again.fields["repr-digest"] == answer.fields["repr-digest"], "\(again)")
        #expect(again.text.contains("signature: ") && again.fields["upload-complete"] == "?1")
    }

    @Test("what was told survives kills of the server, before and after it is complete")
    func kills() throws {
        let content = sample(200_000, seed: 2)
        let location = try create(WebClient(server), ["Accept: application/json", "Upload-Length: \(content.count)"])
        let appended = try WebClient(server)("PATCH", location, append(0, complete: false), content.prefix(1000))
        #expect(appended.status == 204 && appended.fields["upload-complete"] == "?0", "\(appended)")
        #expect(appended.fields["upload-offset"] == "1000")
        try server.kill()
        let second = try TestServer(server.site)
        let state = try WebClient(second)("HEAD", location)
        #expect(state.fields["upload-offset"] == "1000" && state.fields["upload-length"] == "200000", "\(state)")
        // All comes, and nobody says that it is complete.
        let all = try WebClient(second)("PATCH", location, append(1000, complete: false), content.dropFirst(1000))
        #expect(all.status == 204 && all.fields["upload-offset"] == "200000", "\(all)")
        try second.kill()
        #expect(try second.site.stored().isEmpty)
        let third = try TestServer(server.site)
        #expect(try WebClient(third)("HEAD", location).fields["upload-complete"] == "?0")
        let answer = try WebClient(third)("PATCH", location, append(content.count, complete: true))
        #expect(answer.status == 201 && answer.text.contains("\"wasThere\":false"), "\(answer)")
        try third.kill()
        let fourth = try TestServer(server.site)
        #expect(try WebClient(fourth)("HEAD", location).fields["upload-complete"] == "?1")
        let again = try WebClient(fourth)("PATCH", location, append(content.count, complete: true))
        #expect(again.status == 201 && again.text.contains("\"wasThere\":false"), "\(again)")
        try expectStored(content, "clip", on: fourth)
    }

    @Test(
        "other versions of the draft, and none, are uploads like any other: no 104, no resumption, no error",
        arguments: [3, 5, 6, 7, 10, nil] as [Int?])
    func versions(_ version: Int?) throws {
        let content = sample(3000, seed: 3)
        let client = try WebClient(server)
        let fields = ["Upload-Complete: ?1"] + (version.map { ["Upload-Draft-Interop-Version: \($0)"] } ?? [])
        try client.begin("PUT", "/files/clip", fields, length: content.count)
        try client.send(content)
        let head = try client.head()
        #expect(head.status == 201 && head.fields["upload-complete"] == nil, "\(head)")
        try expectStored(content, "clip")
        // What is sent as a part is never taken for the whole.
        let old = try WebClient(server)("PUT", "/files/part", ["Upload-Incomplete: ?1"], content)
        #expect(old.status == 400, "\(old)")
        #expect(try server.site.partials().isEmpty)
    }

    @Test("where nobody can know the URL, nothing is kept of what breaks")
    func unannounced() throws {
        for (complete, count) in [("?0", 3 << 20), ("?1", 2 << 20)] {
            let client = try WebClient(server)
            try client.begin("PUT", "/files/clip", ["Upload-Complete: \(complete)"], length: 5 << 20)
            try client.send(sample(count))
            client.cut()
            _ = try server.logLine(with: " closed ", "bytes=\(count)")
        }
        #expect(try server.site.partials().isEmpty && server.site.stored().isEmpty)
    }

    /// An upload that another connection goes on with, and finishes, while an older request for it isn't over.
    private func takeOver(
        _ content: [UInt8], on server: TestServer
    ) throws -> (older: WebClient, newer: WebClient, location: String) {
        let location = try create(WebClient(server))
        let older = try WebClient(server)
        try older.begin("PATCH", location, append(0, complete: true), length: content.count)
        try older.send(content.prefix(1000))
        let newer = try WebClient(server)
        // Whatever of the older request's has come.
        let state = try newer("HEAD", location)
        let offset = try #require(Int(state.fields["upload-offset"] ?? ""), "\(state)")
        let answer = try newer("PATCH", location, append(offset, complete: true), content.dropFirst(offset))
        #expect(answer.status == 201, "\(answer)")
        return (older, newer, location)
    }

    @Test("a newcomer has the upload at once, however the older request goes on")
    func newcomer() throws {
        let content = sample(400_000, seed: 4)
        let (older, _, _) = try takeOver(content, on: server)
        try? older.send([UInt8](repeating: 0, count: 399_000))
        let late = try? older.answer(to: "PATCH")
        #expect(
            late == nil || late?.status == 409 && late?.fields["upload-complete"] == "?0", "\(String(describing: late))"
        )
        try expectStored(content, "clip")
    }

    @Test(
        "a request that has fallen silent keeps neither its place nor its thread when another goes on with its upload")
    func silent() throws {
        let server = try TestServer(options: ["--max-open-uploads-per-user", "1"])
        let content = sample(100_000, seed: 6)
        let (older, newer, location) = try takeOver(content, on: server)
        _ = try server.logLine(with: " closed ", older.address)
        #expect(try newer("HEAD", location).fields["upload-complete"] == "?1")
        try expectStored(content, "clip", on: server)
    }

    @Test("who waits for an answer before it sends its content is refused at once")
    func patient() throws {
        let client = try WebClient(server)
        try client.begin("PATCH", "/uploads/0123456789abcdef0123456789abcdef", append(0, complete: true), length: 1000)
        #expect(try client.answer(to: "PATCH").status == 404)
        // What comes all the same is passed over, and the next request is answered.
        try client.send(sample(1000))
        let location = try create(client)
        #expect(try client("DELETE", location).status == 204)
    }

    @Test("a file by itself is taken by POST /upload, too; a form isn't sent in parts")
    func single() throws {
        let content = sample(3000, seed: 5)
        let client = try WebClient(server)
        let named = "Content-Disposition: inline; filename=\"clip\"; filename*=UTF-8''trip%2Fcl%C3%BCp"
        try client.begin("POST", "/upload", [Self.version, "Upload-Complete: ?1", named], length: content.count)
        #expect(try client.head().status == 104)
        try client.send(content)
        let answer = try client.answer(to: "POST")
        #expect(answer.status == 201 && answer.fields["location"] == "/files/trip/cl%C3%BCp", "\(answer)")
        // And without any word of the draft.
        #expect(try WebClient(server)("POST", "/upload", [named], content).status == 200)
        let form = ["Content-Type: multipart/form-data; boundary=b", "Upload-Complete: ?0"]
        #expect(try WebClient(server)("POST", "/upload", form, "--b--\r\n".utf8.map(\.self)).status == 400)
        #expect(try server.site.stored().count == 1)
    }

    @Test("curl sends it by hand-set fields, and passes over 104")
    func curl() throws {
        let curl = try Curl(server)
        let content = sample(700_000, seed: 6)
        let path = try curl.scratch.write(content, to: "whole")
        let whole = ["-H", Self.version, "-H", "Upload-Complete: ?1", "-T", path]
        #expect(try curl("/files/whole", Curl.login + whole).status == 201)
        try expectStored(content, "whole")
        let begun = try curl("/files/parts", Curl.login + ["-X", "PUT", "-H", "Upload-Complete: ?0", "-d", ""])
        let location = try #require(begun.fields["location"], "\(begun)")
        for (offset, end) in [(0, 300_000), (300_000, 700_000)] {
            let part = try curl.scratch.write(Array(content[offset..<end]), to: "part-\(offset)")
            let fields = append(offset, complete: end == content.count).flatMap { ["-H", $0] }
            let answer = try curl(location, Curl.login + fields + ["-X", "PATCH", "--data-binary", "@\(part)"])
            #expect(answer.status == (offset == 0 ? 204 : 201), "\(answer)")
        }
        #expect(try Set(server.site.stored().keys) == ["whole", "parts"])
        #expect(try Set(server.site.stored().values).count == 1)
    }
}
