import Foundation
import HTTP

/// What a reader makes of bytes: the requests that came whole, and what it says of the rest. Made of our reader's trace, or of a line
/// that `llhttp.py` writes.
struct Verdict: Decodable {
    struct Message: Decodable, Equatable {
        let method: String
        let target: String
        let version: String
        let fields: [[String]]
        let body: String
        let trailers: [[String]]
        let keepsAlive: Bool
    }

    var messages: [Message]
    /// Why what follows is refused.
    var refusal: String?
    /// Nothing of another request has come.
    var isBetween: Bool

    /// How it ends, in words.
    var ending: String {
        refusal ?? (isBetween ? "ready" : "waits for more")
    }

    /// Without what follows a request that ends the connection: nobody reads it.
    var untilClose: Verdict {
        guard let last = messages.firstIndex(where: { !$0.keepsAlive }) else { return self }
        return Verdict(messages: Array(messages[...last]), refusal: nil, isBetween: true)
    }
}

extension Verdict {
    init(_ trace: RequestTrace) {
        self.init(messages: [], refusal: nil, isBetween: true)
        var head: RequestHead?
        var body: [UInt8] = []
        for entry in trace.entries {
            switch entry {
            case .head(let next): (head, body) = (next, [])
            case .body(let bytes): body = bytes
            case .end(let trailers): if let head { messages.append(Message(head, body, trailers)) }
            case .refused(.truncated): isBetween = false
            case .refused(let error): refusal = error.description
            }
        }
    }
}

extension Verdict.Message {
    init(_ head: RequestHead, _ body: [UInt8], _ trailers: Fields) {
        method = head.method.description
        target = Self.words(head.target)
        version = head.version == .http10 ? "1.0" : "1.1"
        fields = head.fields.lines.map { [$0.name.key, digits($0.value.bytes)] }
        self.body = digits(body)
        self.trailers = trailers.lines.map { [$0.name.key, digits($0.value.bytes)] }
        keepsAlive = head.keepsAlive
    }

    /// As our own reader sees what llhttp only copies: the target, and the names, which come in digits.
    var understood: Self? {
        let line = Array("\(method) ".utf8) + bytes(target) + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        guard case .head(let head) = RequestTrace([line[...]]).entries.first else { return nil }
        return Self(
            method: method, target: Self.words(head.target), version: version, fields: fields.map(Self.named),
            body: body,
            trailers: trailers.map(Self.named), keepsAlive: keepsAlive)
    }

    private static func named(_ line: [String]) -> [String] {
        [String(decoding: bytes(line[0]), as: UTF8.self).lowercased(), line[1]]
    }

    private static func words(_ target: RequestTarget) -> String {
        "\(target.isWholeServer) \(target.segments) \(target.query.map(digits) ?? "") \(target.authority.debugDescription)"
    }
}

func digits(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private func bytes(_ digits: String) -> [UInt8] {
    var rest = digits[...]
    var bytes: [UInt8] = []
    while let byte = UInt8(rest.prefix(2), radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(2)
    }
    return bytes
}
