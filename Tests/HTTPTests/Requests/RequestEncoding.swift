import HTTP

extension RequestTrace {
    /// Bytes that mean the same as what was read, written in another way wherever there are two: escapes, the names of fields, chunks.
    static func encode(_ entries: [Entry]) -> [UInt8] {
        var bytes: [UInt8] = []
        var isChunked = false
        for entry in entries {
            switch entry {
            case .head(let head):
                isChunked = head.framing == .chunked
                bytes += Array("\(head.method) ".utf8) + head.target.encoded
                bytes += line(head.version == .http10 ? " HTTP/1.0" : " HTTP/1.1") + lines(head.fields) + line("")
            case .body(let body) where isChunked:
                bytes +=
                    line("0\(String(body.count, radix: 16, uppercase: true)) ; as = \"one chunk\"") + body + line("")
            case .body(let body): bytes += body
            case .end(let trailers): if isChunked { bytes += line("000") + lines(trailers) + line("") }
            case .refused: break
            }
        }
        return bytes
    }

    private static func lines(_ fields: Fields) -> [UInt8] {
        fields.lines.flatMap { Array("\($0.name.description.uppercased()):\t".utf8) + $0.value.bytes + line(" ") }
    }

    private static func line(_ text: String) -> [UInt8] {
        Array(text.utf8) + [0x0D, 0x0A]
    }
}

extension RequestTarget {
    /// With every byte of the path escaped.
    fileprivate var encoded: [UInt8] {
        let path = isWholeServer ? "" : segments.map { "/" + $0.map(Self.escaped).joined() }.joined()
        let query = query.map { [UInt8(ascii: "?")] + $0 } ?? []
        if let authority { return Array("HTTP://\(authority)\(path)".utf8) + query }
        return isWholeServer ? [UInt8(ascii: "*")] : Array(path.utf8) + query
    }

    private static func escaped(_ byte: UInt8) -> String {
        "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
