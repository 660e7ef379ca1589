import Platform
import TestSupport
import Testing

/// Web clients that send what no client in use does: each is told so, and costs neither memory nor room.
@Suite("Hostile web clients")
struct HostileWebTests {
    private let server: TestServer

    init() throws {
        server = try TestServer()
    }

    /// The answer to what a client of its own sends, as far as the server takes it.
    private func answer(to text: String) throws -> WebClient.Answer {
        let client = try WebClient(server)
        try? client.send(Array(text.utf8))
        return try client.answer(to: "GET")
    }

    private func head(_ method: String, _ target: String, _ fields: [String]) -> String {
        let login = ["Username: \(Fixtures.user)", "Password: \(Fixtures.password)"]
        return (["\(method) \(target) HTTP/1.1", "Host: 127.0.0.1"] + login + fields).joined(separator: "\r\n")
            + "\r\n\r\n"
    }

    @Test("heads without bound are refused before they are there, and take no memory")
    func heads() throws {
        let long = String(repeating: "x", count: 4 << 20)
        try server.unharmed {
            try server.program.forgetPeakMemory()
            let before = try server.program.peakMemory()
            #expect(try answer(to: "GET /\(long) HTTP/1.1\r\n").status == 414)
            #expect(try answer(to: "GET / HTTP/1.1\r\nHost: x\r\nX: \(long)\r\n").status == 431)
            #expect(try answer(to: head("GET", "/", (0..<10_000).map { "X-\($0): \($0)" })).status == 431)
            #expect(try answer(to: head("GET", "/", Array(repeating: "Cookie: a=b", count: 10_000))).status == 431)
            #expect(try answer(to: long).status >= 400)
            let chunked = head("PUT", "/files/a", ["Transfer-Encoding: chunked"])
            #expect(try answer(to: chunked + "1;\(long)").status == 400)
            #expect(try answer(to: chunked + "0\r\nX: \(long)").status == 431)
            let trailers = (0..<10_000).map { "X-\($0): \($0)\r\n" }.joined()
            #expect(try answer(to: chunked + "0\r\n" + trailers).status == 431)
            let used = try server.program.peakMemory() - before
            #expect(used < 32 << 20, "\(used) bytes")
        }
        #expect(try server.site.stored().isEmpty)
    }

    static let absurdLengths = [
        ("Content-Length: 9223372036854775807", [413, 507]), ("Content-Length: 9223372036854775808", [413]),
        ("Content-Length: 18446744073709551615", [413]), ("Content-Length: 18446744073709551616", [413]),
        ("Content-Length: \(String(repeating: "9", count: 4000))", [413]), ("Content-Length: -1", [400]),
        ("Content-Length: +5", [400]), ("Content-Length: 0x10", [400]), ("Content-Length: 1e9", [400]),
        ("Content-Length: 5 5", [400]), ("Content-Length: 5, 5", [400]), ("Content-Length:", [400]),
        ("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF", [413]),
        ("Transfer-Encoding: chunked\r\n\r\n8000000000000000", [413]),
        ("Transfer-Encoding: chunked\r\n\r\n\(String(repeating: "F", count: 200))", [413]),
        ("Transfer-Encoding: chunked\r\n\r\n-1", [400]),
        ("Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n7FFFFFFFFFFFFFFF", [413]),
    ]

    @Test("absurd lengths are refused at once, whatever way the file comes", arguments: absurdLengths)
    func lengths(_ field: String, _ statuses: [Int]) throws {
        try server.unharmed {
            for (target, more) in [("/files/a", ""), ("/upload", "Content-Type: multipart/form-data; boundary=b\r\n")] {
                let client = try WebClient(server)
                // But for the empty line: CR and LF are one character.
                let start = String(head("PUT", target, []).dropLast())
                try client.send(Array("\(start)\(more)\(field)\r\n\r\n".utf8))
                // A form's bytes are counted as they come.
                if target == "/upload", statuses.contains(507) { continue }
                let status = try client.answer(to: "PUT").status
                #expect(statuses.contains(status), "\(target): \(status)")
            }
        }
        #expect(try server.site.stored().isEmpty)
    }

    @Test("absurd lengths and offsets of uploads that are gone on with are refused, and make nothing")
    func resumable() throws {
        let (tus, draft) = (["Tus-Resumable: 1.0.0"], ["Upload-Complete: ?0"])
        let huge = ["9223372036854775807", "9223372036854775808", "18446744073709551616", "-1", "1e3", "0x1", ""]
        try server.unharmed {
            let client = try WebClient(server)
            for length in huge {
                #expect(
                    [400, 413, 507].contains(try client("POST", "/tus/", tus + ["Upload-Length: \(length)"]).status))
            }
            let made = try client("POST", "/tus/", tus + ["Upload-Length: 10"]).fields["location"]
            let uploads = [made.map { "/tus/" + $0 }, try client("PUT", "/files/a", draft).fields["location"]]
                .compactMap { $0 }
            try #require(uploads.count == 2)
            for offset in huge {
                let fields = ["Upload-Offset: \(offset)", "Content-Type: application/offset+octet-stream"]
                #expect([400, 409].contains(try client("PATCH", uploads[0], tus + fields, [1]).status))
                let others = ["Upload-Offset: \(offset)", "Content-Type: application/partial-upload"]
                #expect([400, 409].contains(try client("PATCH", uploads[1], draft + others, [1]).status))
                let length = [
                    "Upload-Offset: 0", "Upload-Length: \(offset)", "Content-Type: application/partial-upload",
                ]
                // A field that says nothing is as none (section 4.1 of the draft): without bytes it changes nothing.
                #expect([204, 400, 413].contains(try client("PATCH", uploads[1], draft + length).status))
            }
            for upload in uploads { #expect(try client("DELETE", upload, tus).status == 204) }
        }
        #expect(try server.site.stored().isEmpty)
    }

    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
    }

    private static let long = String(repeating: "x", count: 1 << 20)
    private static let part = "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n\r\n"

    static let boundlessForms = [
        Form(testDescription: "20,000 parts", text: String(repeating: part, count: 20_000) + "--b--\r\n"),
        Form(
            testDescription: "a part with 10,000 fields",
            text: "--b\r\n" + (0..<10_000).map { "X-\($0): \($0)\r\n" }.joined() + "\r\n\r\n--b--\r\n"),
        Form(testDescription: "a part's head without end", text: "--b\r\nX: \(long)"),
        Form(testDescription: "a preamble without end", text: long),
        Form(testDescription: "an epilogue without end", text: part + "--b--\r\n\(long)"),
        Form(testDescription: "padding without end", text: "--b" + String(repeating: " ", count: 1 << 20)),
        Form(testDescription: "almost delimiters", text: String(repeating: "\r\n--c", count: 100_000)),
    ]

    @Test("forms without bound are refused before they are there", arguments: boundlessForms)
    func forms(_ form: Form) throws {
        try server.unharmed {
            try server.program.forgetPeakMemory()
            let before = try server.program.peakMemory()
            let fields = ["Content-Type: multipart/form-data; boundary=b", "Content-Length: \(form.text.utf8.count)"]
            let answer = try answer(to: head("POST", "/upload", fields) + form.text)
            #expect(answer.status == 400, "\(answer)")
            let used = try server.program.peakMemory() - before
            #expect(used < 32 << 20, "\(used) bytes")
        }
        #expect(try server.site.stored().isEmpty)
    }

    @Test("thousands of requests that come at once are answered in their order, beside others")
    func pipeline() throws {
        try server.unharmed {
            let client = try WebClient(server)
            let targets = (0..<3000).map { $0.isMultiple(of: 3) ? "/nothing" : "/page/style.css" }
            try client.send(
                Array(targets.map { "HEAD \($0) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" }.joined().utf8))
            try server.expectServing()
            for target in targets {
                #expect(try client.answer(to: "HEAD").status == (target == "/nothing" ? 404 : 200))
            }
        }
    }
}
