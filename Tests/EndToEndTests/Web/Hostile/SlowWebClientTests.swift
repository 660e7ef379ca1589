import Platform
import TestSupport
import Testing

/// Web clients that take their time: each is told so, and lets go of its thread.
@Suite("Slow web clients")
struct SlowWebClientTests {
    private static let hurried = [
        "handshake-timeout", "login-timeout", "frame-timeout", "stall-timeout", "send-timeout",
    ]
    .flatMap { ["--\($0)", "4"] }

    /// What is said before, and what then comes a byte at a time, or doesn't.
    struct Slowness: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var said = ""
        var drips = ""
    }

    private static let login = "Username: \(Fixtures.user)\r\nPassword: \(Fixtures.password)\r\n"
    private static let chunked = "PUT /files/slow HTTP/1.1\r\nHost: x\r\n\(login)Transfer-Encoding: chunked\r\n\r\n"
    private static let form = "multipart/form-data; boundary=b"
    private static let long = String(repeating: "x", count: 500)

    static let all = [
        Slowness(testDescription: "a request line", drips: "GET /" + long),
        Slowness(testDescription: "fields", said: "GET / HTTP/1.1\r\nHost: x\r\n", drips: "X: \(long)"),
        Slowness(testDescription: "a line end before a request", said: "\r", drips: "\nGET /\(long)"),
        Slowness(testDescription: "a chunk's line", said: chunked, drips: "1;x=\(long)"),
        Slowness(testDescription: "trailers", said: chunked + "1\r\nx\r\n0\r\n", drips: "X: \(long)"),
        Slowness(testDescription: "silence at the start"),
        Slowness(testDescription: "silence within a head", said: "GET / HTTP/1.1\r\nHo"),
        Slowness(
            testDescription: "silence within a body",
            said: "PUT /files/slow HTTP/1.1\r\nHost: x\r\n\(login)Content-Length: 1000\r\n\r\nsome"),
        Slowness(
            testDescription: "silence after 100",
            said: "PUT /files/slow HTTP/1.1\r\nHost: x\r\n\(login)"
                + "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n"),
        Slowness(
            testDescription: "silence within a form",
            said:
                "POST /upload HTTP/1.1\r\nHost: x\r\n\(login)Content-Type: \(form)\r\nContent-Length: 1000\r\n\r\n--b\r\n"
                + "Content-Disposition: form-data; name=f; filename=slow\r\n\r\nsome"),
        Slowness(
            testDescription: "silence before a form's login",
            said: "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: \(form)\r\nContent-Length: 1000\r\n\r\n--b\r\n"),
        Slowness(
            testDescription: "silence within a creation of tus",
            said: "POST /tus/ HTTP/1.1\r\nHost: x\r\n\(login)Tus-Resumable: 1.0.0\r\nUpload-Length: 1000\r\n"
                + "Content-Type: application/offset+octet-stream\r\nContent-Length: 1000\r\n\r\nsome"),
        Slowness(
            testDescription: "silence within a creation by the draft",
            said:
                "PUT /files/slow HTTP/1.1\r\nHost: x\r\n\(login)Upload-Complete: ?0\r\nContent-Length: 1000\r\n\r\nsome"
        ),
    ]

    @Test(
        "who is slow is told so and cut off, wherever; nothing of it is kept that nobody can go on with", arguments: all
    )
    func slow(_ slowness: Slowness) throws {
        let server = try TestServer(options: Self.hurried)
        try server.unharmed {
            let client = try WebClient(server)
            try client.send(Array(slowness.said.utf8))
            for byte in slowness.drips.utf8 {
                if (try? client.send([byte])) == nil { break }
                if server.logLines.contains(where: { $0.contains(" closed ") && $0.contains(client.address) }) { break }
                Platform.Thread.sleep(seconds: 0.4)
            }
            #expect(try client.answer(to: "GET").status == 408)
            _ = try server.logLine(with: " closed ", client.address, "408")
        }
        #expect(try server.site.stored().isEmpty)
    }

    @Test("who asks without end and never reads is cut off")
    func neverReads() throws {
        let server = try TestServer(options: Self.hurried)
        try server.unharmed {
            let client = try WebClient(server)
            let request = "GET /page/style.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            let requests = Array(String(repeating: request, count: 1000).utf8)
            for _ in 0..<1000 where !client.sendWithoutReading(requests, patience: 20) { break }
            _ = try server.logLine(with: " closed ", client.address)
        }
    }
}
