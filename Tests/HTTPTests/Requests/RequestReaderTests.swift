import Testing

@testable import HTTP

@Suite("Reader of requests")
struct RequestReaderTests {
    private let nothing: [UInt8] = []
    private static let post = Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n".utf8)

    /// Reads until something is said or nothing is left.
    private func next(_ reader: inout RequestReader, _ input: [UInt8]) throws -> RequestReader.Event {
        var rest = input.span
        while true {
            let step = try reader.read(rest)
            if step.event != .nothing || step.count == 0 { return step.event }
            rest = rest.extracting(droppingFirst: step.count)
        }
    }

    @Test("counts a body as long as any can be, without taking what isn't there")
    func longestBody() throws {
        var reader = RequestReader()
        guard case .head(let head) = try next(&reader, Self.post) else {
            Issue.record("no head")
            return
        }
        #expect(head.framing == .length(UInt64(Int64.max)))
        let piece = [UInt8](repeating: 1, count: 70_000)
        for _ in 0..<3 {
            #expect(try reader.read(piece.span) == .init(count: 70_000, event: .body))
        }
        #expect(try reader.read(nothing.span) == .init(count: 0, event: .nothing))
        #expect(throws: RequestError.truncated) { try reader.finish() }
    }

    @Test("gives a body's piece away as it lies in the input, up to the body's end and no further")
    func pieces() throws {
        var reader = RequestReader()
        let head = Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n".utf8)
        _ = try next(&reader, head)
        let input = Array("abcGET".utf8)
        #expect(try reader.read(input.span) == .init(count: 3, event: .body))
        #expect(!reader.isBetweenRequests)
        #expect(try reader.read(nothing.span) == .init(count: 0, event: .end(trailers: Fields())))
        #expect(reader.isBetweenRequests)
        try reader.finish()
    }

    @Test("says for ever what was wrong")
    func refusedForEver() throws {
        var reader = RequestReader()
        for input in ["GET / HTTP/3.0\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""] {
            #expect(throws: RequestError.unsupportedVersion) { try next(&reader, Array(input.utf8)) }
        }
        #expect(throws: RequestError.unsupportedVersion) { try reader.finish() }
        #expect(!reader.isBetweenRequests)
    }

    @Test("refuses what is no text with its first byte, such as TLS where plain HTTP is spoken")
    func notHTTP() {
        var reader = RequestReader()
        let hello: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00]
        #expect(throws: RequestError.controlCharacter(.requestLine, 0x16)) { try reader.read(hello.span) }
    }

    @Test("holds no more than its limits, however long nothing ends", arguments: ["", "GET / HTTP/1.1\r\n"])
    func endlessLine(_ beginning: String) throws {
        var reader = RequestReader()
        _ = try next(&reader, Array(beginning.utf8))
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 8192)
        _ = try reader.read(piece.span)
        let place = beginning.isEmpty ? RequestError.Place.requestLine : .field
        #expect(throws: RequestError.tooLong(place, limit: 8192)) { try reader.read(piece.span) }
    }

    @Test("every refusal has words of its own, and a status")
    func words() {
        let errors: [RequestError] = [
            .malformedRequestLine, .versionMissing, .malformedVersion, .unsupportedVersion, .malformedMethod,
            .unsupportedMethod, .hostMissing, .malformedHost, .unknownExpectation, .malformedLength,
            .lengthWithTransferCoding, .transferCodingBeforeHTTP11, .malformedTransferCoding, .unknownTransferCoding,
            .bodyTooLarge, .malformedChunkSize, .malformedChunkExtension, .chunkEndMissing, .truncated,
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(errors.allSatisfy { (400..<600).contains($0.status.code) })
    }
}
