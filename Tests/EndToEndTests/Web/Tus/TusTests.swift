import Foundation
import Platform
import TestSupport
import Testing

/// The dialogue of tus 1.0.0, word by word, by curl.
@Suite("tus")
struct TusTests {
    private let server: TestServer
    private let curl: Curl

    init() throws {
        server = try TestServer()
        curl = try Curl(server)
    }

    private static let version = ["-H", "Tus-Resumable: 1.0.0"]
    private static let bytes = ["-H", "Content-Type: application/offset+octet-stream"]

    private func call(_ target: String, _ method: String, _ fields: [String], body: [UInt8]? = nil) throws
        -> Curl.Answer
    {
        let shown = method == "HEAD" ? ["-I"] : ["-X", method]
        let sent = try body.map { ["--data-binary", "@" + (try curl.scratch.write($0, to: UUID().uuidString))] } ?? []
        return try curl(
            target,
            Curl.login + Self.version + shown + sent + fields.flatMap { ["-H", $0] } + (body == nil ? [] : Self.bytes))
    }

    private func create(_ fields: [String], body: [UInt8]? = nil) throws -> String {
        let answer = try call("/tus/", "POST", fields, body: body)
        #expect(answer.status == 201 && answer.fields["tus-resumable"] == "1.0.0", "\(answer)")
        return "/tus/" + (try #require(answer.fields["location"]))
    }

    private func patch(_ upload: String, at offset: Int, _ body: [UInt8], _ fields: [String] = []) throws -> Curl.Answer
    {
        try call(upload, "PATCH", ["Upload-Offset: \(offset)"] + fields, body: body)
    }

    private func offset(_ upload: String) throws -> Int? {
        let answer = try call(upload, "HEAD", [])
        #expect(answer.status == 200 && answer.fields["cache-control"] == "no-store", "\(answer)")
        return answer.fields["upload-offset"].flatMap { Int($0) }
    }

    private static let name = "Upload-Metadata: filename \(Data("trip/ü.mp4".utf8).base64EncodedString()),empty ,none"
    private static let stored = Tree.key(Array("trip/ü.mp4".utf8))

    private func digest(of path: String) throws -> String? {
        try Tree.digests(of: curl.scratch.path)[path.split(separator: "/").last.map(String.init) ?? ""]
    }

    @Test("made, told of, sent in two parts, and stored, with all that is told of it")
    func life() throws {
        let content = sample(5000, seed: 1)
        let upload = try create(["Upload-Length: 5000", Self.name])
        #expect(try offset(upload) == 0)
        let first = try patch(upload, at: 0, Array(content[..<10]))
        #expect(first.status == 204 && first.fields["upload-offset"] == "10", "\(first)")
        #expect(first.fields["upload-expires"]?.hasSuffix("GMT") == true)
        let told = try call(upload, "HEAD", [])
        #expect(told.fields["upload-length"] == "5000" && told.fields["upload-offset"] == "10")
        #expect(Self.name.hasSuffix(try #require(told.fields["upload-metadata"])))
        #expect(try call(upload, "GET", []).status == 409)
        let last = try patch(upload, at: 10, Array(content[10...]))
        #expect(last.status == 204 && last.fields["upload-offset"] == "5000", "\(last)")
        #expect(last.fields["content-location"] == "/files/trip/%C3%BC.mp4")
        #expect(try server.site.stored().keys.sorted() == [Self.stored])
        // Who has missed the answer gets all of it again.
        let again = try call(upload, "HEAD", [])
        #expect(again.fields["upload-offset"] == "5000" && again.fields["repr-digest"] == last.fields["repr-digest"])
        #expect(try patch(upload, at: 5000, []).status == 204)
        let receipt = try curl.scratch.write(try call(upload, "GET", []).text, to: "receipt")
        let path = try curl.scratch.write(content, to: "clip")
        let verified = try RunningProgram.run(Binaries.client, ["verify-receipt", receipt, path])
        #expect(verified.status == 0, "\(verified.error)")
        #expect(try server.site.partials().isEmpty)
    }

    @Test("in one request; of unknown length; of none")
    func otherBeginnings() throws {
        let whole = try call("/tus/", "POST", ["Upload-Length: 3"], body: [1, 2, 3])
        #expect(whole.status == 201 && whole.fields["upload-offset"] == "3", "\(whole)")
        let part = try create(["Upload-Length: 4"], body: [1, 2])
        #expect(try offset(part) == 2)
        let empty = try create(["Upload-Length: 0"])
        #expect(try offset(empty) == 0)
        #expect(try server.site.stored().count == 2)
        let open = try create(["Upload-Defer-Length: 1"])
        #expect(try call(open, "HEAD", []).fields["upload-defer-length"] == "1")
        #expect(try patch(open, at: 0, [7, 8, 9]).status == 204)
        #expect(try patch(open, at: 3, [], ["Upload-Length: 2"]).status == 400)
        #expect(try patch(open, at: 3, [1], ["Upload-Length: 5"]).status == 204)
        #expect(try call(open, "HEAD", []).fields["upload-length"] == "5")
        #expect(try patch(open, at: 4, [], ["Upload-Length: 6"]).status == 400)
        #expect(try patch(open, at: 4, [2]).status == 204)
        #expect(try server.site.stored().count == 3)
    }

    @Test("what isn't right is told, and changes nothing")
    func refusals() throws {
        let upload = try create(["Upload-Length: 10", Self.name], body: [1, 2])
        let old = try curl(upload, Curl.login + ["-I", "-H", "Tus-Resumable: 0.2.2"])
        #expect(old.status == 412 && old.fields["tus-version"] == "1.0.0", "\(old)")
        let wrong = try patch(upload, at: 0, [1, 2, 3])
        #expect(wrong.status == 409 && wrong.fields["tus-resumable"] == "1.0.0", "\(wrong)")
        #expect(try patch(upload, at: 2, [UInt8](repeating: 0, count: 9)).status == 413)
        #expect(try call(upload, "PATCH", ["Upload-Offset: 2", "Content-Length: 0"]).status == 415)
        #expect(
            try call(upload, "PATCH", ["Content-Length: 0"] + ["Content-Type: application/offset+octet-stream"]).status
                == 400)
        #expect(try curl(upload, Self.version + ["-I"]).status == 401)
        #expect(
            try curl(upload, ["-u", "\(Fixtures.otherUser):\(Fixtures.otherPassword)", "-I"] + Self.version).status
                == 404)
        #expect(try call("/tus/00000000000000000000000000000000", "HEAD", []).status == 404)
        for fields in [
            [], ["Upload-Length: -1"], ["Upload-Length: 1", "Upload-Defer-Length: 1"], ["Upload-Defer-Length: 2"],
            ["Upload-Length: 1", "Upload-Metadata: filename Li4="], ["Upload-Length: 1", "Upload-Metadata: a %"],
        ] {
            #expect(try call("/tus/", "POST", fields).status == 400, "\(fields)")
        }
        #expect(try offset(upload) == 2)
        // By the way round for networks that let no other method through.
        #expect(try call(upload, "POST", ["X-HTTP-Method-Override: DELETE", "Content-Length: 0"]).status == 204)
        #expect(try call(upload, "HEAD", []).status == 404)
        #expect(try server.site.stored().isEmpty && server.site.partials().isEmpty)
    }

    @Test("nothing is kept of bytes that have another checksum, however many came")
    func checksums() throws {
        let content = sample(40 << 20, seed: 2)
        let upload = try create(["Upload-Length: \(content.count)", Self.name], body: [content[0]])
        let rest = Array(content[1...])
        // SHA-1 and SHA-256 of nothing.
        for wrong in ["sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="] {
            let answer = try patch(upload, at: 1, rest, ["Upload-Checksum: \(wrong)"])
            #expect(answer.status == 460, "\(answer)")
            #expect(try offset(upload) == 1)
        }
        #expect(try patch(upload, at: 1, [5], ["Upload-Checksum: crc32 AAAA"]).status == 400)
        #expect(try patch(upload, at: 1, [5], ["Upload-Checksum: sha1 AAAA"]).status == 400)
        #expect(try patch(upload, at: 1, [], ["Upload-Checksum: sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk="]).status == 204)
        #expect(try patch(upload, at: 1, rest).status == 204)
        let path = try curl.scratch.write(content, to: "clip")
        #expect(try server.site.stored()[Self.stored] == digest(of: path))
    }

    @Test("parts become one file; asked again, it is the same; and nothing is left of them")
    func concatenation() throws {
        let content = sample(3 << 20, seed: 3)
        let pieces = [Array(content[..<1_000_000]), Array(content[1_000_000...])]
        let parts = try pieces.map { try create(["Upload-Length: \($0.count)", "Upload-Concat: partial"], body: $0) }
        let unfinished = try create(["Upload-Length: 5", "Upload-Concat: partial"], body: [1])
        #expect(try server.site.stored().isEmpty)
        #expect(try call(parts[0], "HEAD", []).fields["upload-concat"] == "partial")
        let final = "Upload-Concat: final;\(parts[0]) https://127.0.0.1:\(server.port)\(parts[1])"
        #expect(try call("/tus/", "POST", ["Upload-Concat: final;\(parts[0]) \(unfinished)"]).status == 409)
        let made = try create([final, Self.name])
        #expect(try create([final, Self.name]) == made)
        let told = try call(made, "HEAD", [])
        #expect(
            told.fields["upload-length"] == "\(content.count)"
                && told.fields["upload-concat"]?.hasPrefix("final;") == true)
        #expect(try patch(made, at: content.count, []).status == 403)
        let path = try curl.scratch.write(content, to: "clip")
        #expect(try server.site.stored() == [Self.stored: digest(of: path)])
        #expect(try call(parts[0], "HEAD", []).status == 404)
        #expect(try call(unfinished, "DELETE", []).status == 204)
        #expect(try server.site.partials().isEmpty)
    }

    @Test("who asks for the same file of the same parts at the same time gets the same file")
    func concatenationAtOnce() throws {
        let halves = [sample(300_000, seed: 6), sample(200_000, seed: 7)]
        let parts = try halves.map { half in
            try create(["Upload-Length: \(half.count)", "Upload-Concat: partial"], body: half)
        }
        let final = ["Tus-Resumable: 1.0.0", "Upload-Concat: final;\(parts[0]) \(parts[1])", Self.name]
        let made = Monitor<[WebClient.Answer]>([])
        let server = server
        try onThreads(5, seconds: 60) { _ in
            let answer = try WebClient(server)("POST", "/tus/", final)
            made.withLock { $0.append(answer) }
        }
        #expect(made.withLock { Set($0.map { "\($0.status) \($0.fields["location"] ?? "")" }) }.count == 1)
        #expect(made.withLock { $0.allSatisfy { $0.status == 201 } })
        let whole = try curl.scratch.write(halves[0] + halves[1], to: "whole")
        #expect(try server.site.stored() == [Self.stored: digest(of: whole)])
        #expect(try server.site.partials().isEmpty)
    }

    @Test("what a server can do is told to who asks, and to pages of other servers only if they are allowed")
    func abilities() throws {
        let told = try curl("/tus/", ["-X", "OPTIONS"])
        #expect(told.status == 204 && told.fields["tus-version"] == "1.0.0", "\(told)")
        #expect(told.fields["tus-extension"]?.contains("concatenation") == true)
        #expect(told.fields["tus-checksum-algorithm"] == "sha256,sha1")
        let page = ["-H", "Origin: https://pages.example"]
        let asked = page + ["-X", "OPTIONS", "-H", "Access-Control-Request-Method: PATCH"]
        #expect(try curl("/tus/", asked).fields["access-control-allow-origin"] == nil)
        #expect(try curl("/tus/", asked).status == 403)
        let open = try TestServer(options: ["--web-origin", "https://pages.example"])
        let answer = try Curl(open)("/tus/", asked)
        #expect(
            answer.status == 204 && answer.fields["access-control-allow-origin"] == "https://pages.example", "\(answer)"
        )
        #expect(answer.fields["access-control-allow-methods"] == "POST, OPTIONS", "\(answer)")
        #expect(answer.fields["access-control-allow-headers"]?.contains("Upload-Offset") == true)
        let made = try Curl(open)("/tus/", page + Curl.login + Self.version + ["-X", "POST", "-H", "Upload-Length: 3"])
        #expect(
            made.status == 201 && made.fields["access-control-expose-headers"]?.contains("Location") == true, "\(made)")
        let other = ["-H", "Origin: https://evil.example"] + Curl.login + Self.version
        #expect(try Curl(open)("/tus/", other + ["-X", "POST", "-H", "Upload-Length: 3"]).status == 403)
    }
}
