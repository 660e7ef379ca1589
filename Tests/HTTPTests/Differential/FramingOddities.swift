import TestSupport

extension Oddity {
    /// About where a body ends.
    static let framing = [
        Oddity("another length") { draft, random in
            draft.fields.append(
                .init(
                    name: random.pick(["Content-Length", "content-length"]),
                    value: random.pick([
                        "0", "1", "5", "+1", "-1", "0x1", "1.0", "1 1", "1,1", "1, 2", "", "1,", ",1", "01", "1e0",
                        "\u{B2}",
                        "9223372036854775807", "9223372036854775808", "18446744073709551616", "18446744073709551617",
                        "99999999999999999999999999",
                    ])))
        },
        Oddity("another transfer coding") { draft, random in
            draft.fields.append(
                .init(
                    name: random.pick(["Transfer-Encoding", "transfer-encoding"]),
                    value: random.pick([
                        "chunked", "gzip, chunked", "chunked, gzip", "gzip", "identity", "xchunked", "chunkedx",
                        "chunked x",
                        "chunked;q=1", "chunked, chunked", ", chunked", "chunked,", "\"chunked\"", "", "chunk",
                        "identity, chunked",
                        "\u{B}chunked", "\u{A0}chunked", "chunked\u{0}", "gzip chunked", "chunked ,gzip", "cow",
                    ])))
        },
        Oddity("a transfer coding in HTTP/1.0") { draft, random in
            draft.version = "HTTP/1.0"
            draft.fields.append(.init(name: "Transfer-Encoding", value: "chunked"))
            if Bool.random(using: &random) { draft.fields.append(.init(name: "Connection", value: "keep-alive")) }
        },
        Oddity("a name that is nearly the length's") { draft, random in
            let name = random.pick([
                "Content_Length", "Content-Length-", "XContent-Length", "Content-Lengt", "Transfer_Encoding",
            ])
            draft.fields.append(.init(name: name, value: "chunked"))
        },
        Oddity("something behind the end") { $0.end += $1.pick(["\r\n", "x", "\r\n\r\n", "0\r\n\r\n", " ", "\u{0}"]) },
        Oddity("the end is missing") { draft, random in
            switch Int.random(in: 0..<4, using: &random) {
            case 0: draft.headEnd = ""
            case 1: draft.end = ""
            case 2: draft.content = String(draft.content.dropLast())
            default: if !draft.chunks.isEmpty { draft.chunks.removeLast() }
            }
        },
    ]

    /// About chunks; they do nothing to a request without.
    static let chunks = [
        chunk("another size") { chunk, random in
            let sizes = [
                "", "g", "0x1", "+1", "-1", " 1", "1 ", "1\t", "1 2", "1,", "1_0", "ffffffffffffffff",
                "8000000000000000",
                "7fffffffffffffff", "10000000000000000", "10000000000000001", "\u{0}1", "1\u{0}", "1.", "1h",
            ]
            chunk.size = random.pick(sizes)
        },
        chunk("an extension") { chunk, random in
            let extensions = [
                ";a", ";a=b", ";a=\"b\"", "; a", " ;a", ";a ", ";a = b", ";a=\"b;c\"", ";a=\"b\\\"c\"", ";a=b;c=d",
                "\t;\ta\t=\tb", ";a;b",
            ]
            chunk.size += random.pick(extensions)
        },
        chunk("a bad extension") { chunk, random in
            let extensions = [
                ";", ";;", ";=", ";=b", ";a=", ";a=\"b", ";a=b c", ";a b", ";a=\"b\"c", ";a\u{0}", ";a=\u{1}", ";(",
                ";a=(", ";a=\"\u{FC}\"",
                ";a=\u{FC}", ";a=\"\u{1}\"", ";a=b=c", ";a,b", "a", ";a=\"\\", ";a\r", ";a\rb",
            ]
            chunk.size += random.pick(extensions)
        },
        chunk("a long extension") { chunk, random in
            chunk.size += ";" + String(repeating: "a", count: random.pick([200, 300]))
        },
        chunk("another end of a chunk's size") { $0.end = $1.pick(chunkEnds) },
        chunk("another end of a chunk") { $0.contentEnd = $1.pick(chunkEnds) },
        chunk("a chunk of another length") { $0.content = $1.pick(["", "xy", "longer than that"]) },
        Oddity("another trailer") { draft, random in
            guard draft.isChunked else { return }
            let trailers: [DraftRequest.Field] = [
                .init(name: "Content-Length", value: "5"), .init(name: "Transfer-Encoding", value: "chunked"),
                .init(name: "Host", value: "b"), .init(name: "X", colon: " :", value: "y"),
                .init(name: "X", value: "y\r\n z"),
                .init(name: "X", value: "y", end: "\n"), .init(name: "X", value: "y", end: "\r"),
                .init(name: "X Y", value: "z"),
                .init(name: "X", colon: "", value: ""), .init(name: "", value: "y"), .init(name: "X", value: "\u{0}"),
                .init(name: "X", value: "y"), .init(name: "Connection", value: "close"), .init(name: " X", value: "y"),
            ]
            draft.trailers.append(random.pick(trailers))
        },
        Oddity("another end of the trailers") { draft, random in
            if draft.isChunked { draft.end = random.pick(chunkEnds) }
        },
    ]

    private static let chunkEnds = ["\n", "\r", "\r\r\n", "\n\r", "", " \r\n", "\r\n\r\n", "\u{0}\r\n", "xx"]

    private static func chunk(
        _ name: String, _ apply: @escaping @Sendable (inout DraftRequest.Chunk, inout SeededGenerator) -> Void
    ) -> Oddity {
        Oddity(name) { draft, random in
            guard !draft.chunks.isEmpty else { return }
            let index = Int.random(in: draft.chunks.indices, using: &random)
            apply(&draft.chunks[index], &random)
        }
    }
}
