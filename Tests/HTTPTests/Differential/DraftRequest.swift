import TestSupport

/// A request in its parts, each of which can be made odd.
struct DraftRequest {
    struct Field {
        var name: String
        var colon = ": "
        var value: String
        var end = "\r\n"
    }

    struct Chunk {
        var size: String
        var end = "\r\n"
        var content: String
        var contentEnd = "\r\n"
    }

    var before = ""
    var method: String
    var firstSpace = " "
    var target: String
    var secondSpace = " "
    var version: String
    var lineEnd = "\r\n"
    var fields: [Field]
    var headEnd = "\r\n"
    var content = ""
    var chunks: [Chunk] = []
    var trailers: [Field] = []
    var end = ""
    var isChunked = false

    var bytes: [UInt8] {
        var text = before + method + firstSpace + target + secondSpace + version + lineEnd
        text += fields.map { $0.name + $0.colon + $0.value + $0.end }.joined() + headEnd + content
        text += chunks.map { $0.size + $0.end + $0.content + $0.contentEnd }.joined()
        text += trailers.map { $0.name + $0.colon + $0.value + $0.end }.joined() + end
        // Each scalar is a byte, so that all of them can be written.
        return text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }

    /// A request that nobody should misunderstand.
    static func plain(_ random: inout SeededGenerator) -> DraftRequest {
        let methods = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"]
        let targets = ["/", "/a/b.mp4", "/a%20b?x=%2F&y", "/?", "/x/../y/", "//a", "/files/(1)'s;v=1,2@+$!*~-_.:"]
        var draft = DraftRequest(
            method: random.pick(methods), target: random.pick(targets),
            version: Int.random(in: 0..<8, using: &random) == 0 ? "HTTP/1.0" : "HTTP/1.1",
            fields: [
                Field(
                    name: random.pick(["Host", "host", "HOST"]), value: random.pick(["a", "a.example:8443", "[::1]"]))
            ])
        let others = [
            Field(name: "Accept", value: "*/*"), Field(name: "X-Empty", colon: ":", value: ""),
            Field(name: "accept", colon: ":\t", value: "text/html, a;q=\"0,1\""),
            Field(name: "Username", value: "m\u{FC}ller \t x"), Field(name: "X", value: "y", end: " \t\r\n"),
            Field(name: "Connection", value: random.pick(["close", "keep-alive", "x, Close", "TE"])),
            Field(name: "!#$%&'*+-.^_`|~0", value: ":;<=>?@[]{}\\\""),
        ]
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
            let place = Int.random(in: 0...draft.fields.count, using: &random)
            draft.fields.insert(random.pick(others), at: place)
        }
        draft.addBody(&random)
        return draft
    }

    private mutating func addBody(_ random: inout SeededGenerator) {
        let contents = ["", "x", "hello", "\r\n", "0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "\u{0}\u{FF}"]
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            content = random.pick(contents)
            fields.append(Field(name: "Content-Length", value: "\(content.unicodeScalars.count)"))
        case 1 where version == "HTTP/1.1":
            isChunked = true
            fields.insert(Field(name: "Transfer-Encoding", value: random.pick(["chunked", "Chunked"])), at: 0)
            for _ in 0..<Int.random(in: 0..<3, using: &random) {
                let content = random.pick(Array(contents.dropFirst()))
                let size = String(content.unicodeScalars.count, radix: 16, uppercase: Bool.random(using: &random))
                chunks.append(Chunk(size: random.pick(["", "0", "000"]) + size, content: content))
            }
            // The last chunk has no line end of its own.
            chunks.append(Chunk(size: random.pick(["0", "00"]), content: "", contentEnd: ""))
            if Bool.random(using: &random) { trailers.append(Field(name: "Repr-Digest", value: "sha-256=:AA==:")) }
            end = "\r\n"
        default: break
        }
    }
}

extension SeededGenerator {
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }
}
