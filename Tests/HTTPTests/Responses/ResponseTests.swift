import HTTP
import Testing

@Suite("Answers")
struct ResponseTests {
    private func head(_ request: String) throws -> RequestHead {
        let trace = RequestTrace([Array((request + "\r\n\r\n").utf8)[...]])
        guard case .head(let head) = try #require(trace.entries.first) else { throw RequestError.truncated }
        return head
    }

    private func text(_ start: ResponseStart) -> String {
        String(decoding: start.bytes, as: UTF8.self)
    }

    private let get = "GET / HTTP/1.1\r\nHost: a"

    @Test("have the fields in their order, then the length")
    func plain() throws {
        var fields = Fields()
        fields.append(.contentType, "text/plain")
        fields.append(.entityTag, "\"x\"")
        let start = ResponseHead(.ok, fields, content: .length(5)).start(answering: try head(get))
        #expect(
            text(start) == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: \"x\"\r\nContent-Length: 5\r\n\r\n")
        #expect(start.content == .length(5))
        #expect(start.keepsAlive)
    }

    @Test("to HEAD say what GET would be told, and have no content", arguments: [true, false])
    func toHEAD(_ isLengthKnown: Bool) throws {
        let answer = ResponseHead(.ok, content: isLengthKnown ? .length(7) : .unknownLength)
        let toGet = answer.start(answering: try head(get))
        let toHead = answer.start(answering: try head("HEAD / HTTP/1.1\r\nHost: a"))
        #expect(text(toGet) == text(toHead))
        #expect(toHead.content == .nothing)
        #expect(toGet.content == (isLengthKnown ? .length(7) : .chunks))
    }

    @Test("without content have no length", arguments: [Status.noContent, .notModified])
    func withoutContent(_ status: Status) throws {
        let start = ResponseHead(status, content: .length(3)).start(answering: try head(get))
        #expect(text(start) == "HTTP/1.1 \(status.code) \(status.reason)\r\n\r\n")
        #expect(start.content == .nothing)
    }

    @Test("whose length isn't known come in chunks, or to HTTP/1.0 until the connection ends")
    func unknownLength() throws {
        let answer = ResponseHead(.ok, content: .unknownLength)
        let chunked = answer.start(answering: try head(get))
        #expect(text(chunked) == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        let old = answer.start(answering: try head("GET / HTTP/1.0\r\nConnection: keep-alive"))
        #expect(text(old) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        #expect(old.content == .close && !old.keepsAlive)
    }

    @Test(
        "keep the connection where both sides do",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a", true, nil), ("GET / HTTP/1.1\r\nHost: a", false, "close"),
            ("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close", true, "close"),
            ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close", true, "close"),
            ("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, close", true, "close"),
            ("GET / HTTP/1.0", true, "close"), ("GET / HTTP/1.0\r\nConnection: Keep-Alive", true, "keep-alive"),
            ("GET / HTTP/1.0\r\nConnection: Keep-Alive", false, "close"),
        ] as [(String, Bool, String?)])
    func connection(_ request: String, _ serverKeeps: Bool, _ expected: String?) throws {
        let start = ResponseHead(.ok).start(answering: try head(request), keepsAlive: serverKeeps)
        let line = expected.map { "Connection: \($0)\r\n" } ?? ""
        #expect(text(start) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\(line)\r\n")
        #expect(start.keepsAlive == (expected != "close"))
    }

    @Test("to what couldn't be read end the connection")
    func toNobody() {
        let start = ResponseHead(.badRequest).start(answering: nil)
        #expect(text(start) == "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    @Test("say where they end themselves, whatever the fields say")
    func ownFields() throws {
        var fields = Fields()
        for name in ["content-length", "Transfer-Encoding", "CONNECTION"] {
            fields.append(try #require(FieldName(name.utf8)), "7")
        }
        #expect(
            text(ResponseHead(.ok, fields).start(answering: try head(get)))
                == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    }

    @Test("are interim for HTTP/1.1 only")
    func interim() {
        var fields = Fields()
        fields.append(.location, "/uploads/1")
        let resumption = InterimResponse.uploadResumption(fields)
        #expect(InterimResponse.proceed.encoded(for: .http11) == Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        #expect(
            resumption.encoded(for: .http11)
                == Array("HTTP/1.1 104 Upload Resumption Supported\r\nLocation: /uploads/1\r\n\r\n".utf8))
        #expect(InterimResponse.proceed.encoded(for: .http10).isEmpty && resumption.encoded(for: .http10).isEmpty)
    }

    @Test("in chunks are those that the reader takes")
    func chunks() throws {
        var bytes = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        let body = [UInt8](repeating: 7, count: 300)
        ChunkedCoding.writeChunk(body.span, to: &bytes)
        let nothing: [UInt8] = []
        ChunkedCoding.writeChunk(nothing.span, to: &bytes)
        ChunkedCoding.writeChunk(body.span, to: &bytes)
        var trailers = Fields()
        trailers.append(.reprDigest, "sha-256=:AA==:")
        ChunkedCoding.writeEnd(trailers: trailers, to: &bytes)
        #expect(RequestTrace([bytes[...]]).entries.dropFirst() == [.body(body + body), .end(trailers)])
    }
}
