import Domain
import Foundation
import TestSupport
import Testing
import Transport

/// What the IETF's draft for resumable uploads forbids, and how a client learns of it.
@Suite("Refusals of resumable uploads")
struct ResumableRefusalTests {
    private let server: TestServer
    private let client: WebClient

    init() throws {
        server = try TestServer(options: ["--max-file-size", "1M"])
        client = try WebClient(server)
    }

    private func create(_ fields: [String] = []) throws -> String {
        let answer = try client("PUT", "/files/clip", ["Upload-Complete: ?0"] + fields)
        return try #require(answer.fields["location"], "\(answer)")
    }

    private func append(_ offset: Int, complete: Bool = false, _ more: [String] = []) -> [String] {
        ["Content-Type: application/partial-upload", "Upload-Offset: \(offset)"]
            + ["Upload-Complete: \(complete ? "?1" : "?0")"] + more
    }

    private func digest(_ content: [UInt8]) throws -> String {
        "sha-256=:\(Data(try #require(ContentHasher.digest(of: content)).bytes).base64EncodedString()):"
    }

    @Test("an upload by the draft is none of tus's, nor the other way round")
    func otherWays() throws {
        let id = try #require(create(["Upload-Length: 100"]).split(separator: "/").last)
        let version = "Tus-Resumable: 1.0.0"
        #expect(try client("HEAD", "/tus/\(id)", [version]).status == 404)
        #expect(try client("DELETE", "/tus/\(id)", [version]).status == 404)
        let made = try client("POST", "/tus/", [version, "Upload-Length: 100"])
        let other = try #require(made.fields["location"]?.split(separator: "/").last)
        #expect(try client("HEAD", "/uploads/\(other)").status == 404)
        #expect(try client("HEAD", "/uploads/\(id)").status == 204)
    }

    @Test("what would end a file without saying how long it is isn't taken for an empty one")
    func lengths() throws {
        let named = "Content-Disposition: inline; filename=\"clip\""
        for (method, target, fields) in [
            ("PUT", "/files/clip", []), ("POST", "/upload", [named]), ("PUT", "/files/clip", ["Upload-Complete: ?1"]),
        ] {
            try client.begin(method, target, fields, length: nil)
            #expect(try client.answer(to: method).status == 411)
        }
        // Which has no end of its own.
        try client.begin("PUT", "/files/clip", ["Upload-Complete: ?0"], length: nil)
        let location = try #require(client.answer(to: "PUT").fields["location"])
        #expect(try client("PATCH", location, append(0), sample(10)).status == 204)
        try client.begin("PATCH", location, append(10, complete: true), length: nil)
        #expect(try client.answer(to: "PATCH").status == 411)
        #expect(try client("HEAD", location).fields["upload-complete"] == "?0")
        #expect(try server.site.stored().isEmpty)
        #expect(try client("PUT", "/files/empty", []).status == 201)
        #expect(try client("PATCH", location, append(10, complete: true)).status == 201)
        #expect(try server.site.stored().count == 2)
    }

    @Test("bytes at a wrong place, of another type, or beyond the length")
    func appends() throws {
        let location = try create(["Upload-Length: 100"])
        #expect(try client("PATCH", location, append(0), sample(10)).status == 204)
        let wrong = try client("PATCH", location, append(20), sample(10))
        #expect(wrong.status == 409 && wrong.fields["content-type"] == "application/problem+json", "\(wrong)")
        #expect(wrong.fields["upload-offset"] == "10" && wrong.fields["upload-complete"] == "?0")
        #expect(wrong.text.contains("\"expected-offset\":10,\"provided-offset\":20"))
        #expect(wrong.text.contains("#mismatching-upload-offset\""))
        let other = try client("PATCH", location, ["Upload-Offset: 10", "Upload-Complete: ?0"], sample(10))
        #expect(other.status == 415 && other.fields["accept-patch"] == "application/partial-upload", "\(other)")
        let type = "Content-Type: application/partial-upload"
        #expect(try client("PATCH", location, [type, "Upload-Complete: ?0"], sample(10)).status == 400)
        #expect(try client("PATCH", location, [type, "Upload-Offset: 10"], sample(10)).status == 400)
        for fields in [append(10, complete: true), append(10, ["Upload-Length: 99"])] {
            let inconsistent = try client("PATCH", location, fields, sample(10))
            #expect(inconsistent.status == 400 && inconsistent.text.contains("#inconsistent-upload-length"))
        }
        #expect(try client("PUT", location, [], sample(10)).status == 405)
        #expect(try client("HEAD", location).fields["upload-offset"] == "10")
        // In chunks it shows only when it has come: then nobody can go on with it.
        try client.begin("PATCH", location, append(10, ["Transfer-Encoding: chunked"]), length: nil)
        try client.send(Array("C8\r\n".utf8) + sample(200) + Array("\r\n0\r\n\r\n".utf8))
        let beyond = try client.answer(to: "PATCH")
        #expect(beyond.status == 400 && beyond.text.contains("#inconsistent-upload-length"), "\(beyond)")
        #expect(try WebClient(server)("HEAD", location).status == 404)
        #expect(try server.site.partials().isEmpty && server.site.stored().isEmpty)
    }

    @Test("an upload that is another user's, was cancelled, or is complete")
    func foreign() throws {
        let location = try create()
        #expect(try client("PATCH", location, append(0), sample(10)).status == 204)
        let other = ["Username: \(Fixtures.otherUser)", "Password: \(Fixtures.otherPassword)"]
        let stranger = try WebClient(server)
        #expect(try stranger("HEAD", location, other).status == 404)
        #expect(try stranger("PATCH", location, append(10, other), sample(10)).status == 404)
        #expect(try stranger("DELETE", location, other).status == 404)
        #expect(try stranger("HEAD", location, ["Username: nobody", "Password: x"]).status == 403)
        #expect(try stranger("HEAD", "/uploads/0", other).status == 404)
        #expect(try client("HEAD", location).fields["upload-offset"] == "10")
        #expect(try client("PATCH", location, append(10, complete: true)).status == 201)
        let late = try client("PATCH", location, append(10), sample(5))
        #expect(late.status == 409 && late.text.contains("#completed-upload"), "\(late)")
        #expect(try client("DELETE", location).status == 204)
        #expect(try client("HEAD", location).status == 404)
        #expect(try server.site.stored().count == 1)
        let cancelled = try create()
        #expect(try client("PATCH", cancelled, append(0), sample(10)).status == 204)
        #expect(try client("DELETE", cancelled).status == 204)
        #expect(try client("PATCH", cancelled, append(10), sample(10)).status == 404)
        #expect(try server.site.partials().isEmpty)
    }

    @Test("what is larger than is taken; the limits can be asked for before")
    func limits() throws {
        for target in ["/files/clip", "/upload", "*"] {
            let limits = try client("OPTIONS", target)
            #expect(limits.status == 204, "\(limits)")
            #expect(limits.fields["upload-limit"]?.hasPrefix("max-size=1048576, min-size=0, ") == true, "\(limits)")
        }
        let large = try client("PUT", "/files/large", ["Upload-Complete: ?0", "Upload-Length: 1048577"])
        #expect(large.status == 413 && large.fields["upload-limit"]?.hasPrefix("max-size=1048576") == true, "\(large)")
        let location = try create()
        let known = try client("PATCH", location, append(0, ["Upload-Length: 1048577"]), sample(10))
        #expect(known.status == 413 && known.fields["upload-limit"] != nil, "\(known)")
    }

    @Test("content that isn't what its digest says: the request's is not appended, the whole is not stored")
    func digests() throws {
        let content = sample(3000, seed: 1)
        let location = try create(["Repr-Digest: \(digest(content))"])
        let wrong = try client("PATCH", location, append(0, ["Content-Digest: \(digest([1]))"]), content.prefix(1000))
        #expect(wrong.status == 400 && wrong.fields["upload-complete"] == "?0", "\(wrong)")
        #expect(try client("HEAD", location).fields["upload-offset"] == "0")
        let part = Array(content.prefix(1000))
        let right = try client("PATCH", location, append(0, ["Content-Digest: \(digest(part))"]), part)
        #expect(right.status == 204 && right.fields["upload-offset"] == "1000", "\(right)")
        let other = try client("PATCH", location, append(1000, complete: true), sample(2000, seed: 2))
        #expect(other.status == 400 && other.fields["upload-complete"] == "?1", "\(other)")
        #expect(try client("HEAD", location).status == 404)
        #expect(try server.site.stored().isEmpty && server.site.partials().isEmpty)
        let again = try create(["Repr-Digest: \(digest(content))"])
        #expect(try client("PATCH", again, append(0, complete: true), content).status == 201)
    }

    @Test("a name that is taken is refused where that is asked for, after all has come, too")
    func names() throws {
        #expect(try client("PUT", "/files/clip", [], sample(10)).status == 201)
        let location = try create(["If-None-Match: *"])
        let answer = try client("PATCH", location, append(0, complete: true), sample(11))
        #expect(answer.status == 412 && answer.fields["upload-complete"] == "?1", "\(answer)")
        #expect(try server.site.stored().count == 1 && server.site.partials().isEmpty)
    }
}
