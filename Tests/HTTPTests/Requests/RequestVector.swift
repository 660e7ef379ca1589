import Foundation
import HTTP
import Testing

/// A block of a file in `vectors/requests`, which says itself how it is written: `README` there.
struct RequestVector: CustomTestStringConvertible, Sendable {
    let file: String
    let name: String
    let request: [UInt8]
    /// What the reader makes of it, as `RequestTrace.rendered` says it.
    let outcome: [String]
    var limits = RequestLimits()

    var testDescription: String { "\(file): \(name)" }

    static let all: [RequestVector] = {
        let folder = Bundle.module.resourceURL?.appendingPathComponent("vectors/requests")
        let names = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) } ?? []
        return names.sorted().filter { $0.hasSuffix(".txt") }.flatMap { name in
            let text =
                folder.flatMap { try? String(contentsOf: $0.appendingPathComponent(name), encoding: .utf8) } ?? ""
            return blocks(text).compactMap { RequestVector(file: name, $0) }
        }
    }()

    private init?(file: String, _ fields: [String: [Substring]]) {
        guard let name = fields["name"]?.first, let request = fields["request"], let outcome = fields["outcome"] else {
            return nil
        }
        self.file = file
        self.name = String(name)
        self.request = request.flatMap(Self.unescaped)
        self.outcome = outcome.map(String.init)
        for limit in fields["limits"]?.first?.split(separator: " ") ?? [] {
            let parts = limit.split(separator: "=")
            guard parts.count == 2, let number = Int(parts[1]), let path = Self.limits[String(parts[0])] else {
                return nil
            }
            limits[keyPath: path] = number
        }
    }

    private static var limits: [String: WritableKeyPath<RequestLimits, Int>] {
        [
            "requestLine": \.requestLine, "fieldLine": \.fieldLine, "fields": \.fields, "head": \.head,
            "chunkLine": \.chunkLine, "chunkExtensions": \.chunkExtensions, "trailerFields": \.trailerFields,
            "trailers": \.trailers,
        ]
    }

    /// The blocks of a text: for each key, its lines.
    private static func blocks(_ text: String) -> [[String: [Substring]]] {
        text.split(separator: "\n\n").map { block in
            var fields: [String: [Substring]] = [:]
            var key = ""
            for line in block.split(separator: "\n") where !line.hasPrefix("#") {
                if line.hasPrefix("|") {
                    fields[key, default: []].append(line.dropFirst())
                } else {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    key = String(parts[0])
                    fields[key] = parts.count == 2 ? [parts[1].drop { $0 == " " }] : []
                }
            }
            return fields
        }
    }

    private static func unescaped(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text
        while let character = rest.popFirst() {
            guard character == "\\", let kind = rest.popFirst() else {
                bytes += String(character).utf8
                continue
            }
            switch kind {
            case "r": bytes.append(0x0D)
            case "n": bytes.append(0x0A)
            case "t": bytes.append(0x09)
            case "x":
                bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            case "{":
                let parts = rest.prefix { $0 != "}" }.split(separator: "*")
                bytes += Array(String(repeating: String(parts[0]), count: Int(parts[1]) ?? 0).utf8)
                rest = rest.drop { $0 != "}" }.dropFirst()
            default: bytes += String(kind).utf8
            }
        }
        return bytes
    }
}

extension RequestTrace {
    /// A line for each thing that was read.
    var rendered: [String] {
        entries.flatMap { entry -> [String] in
            switch entry {
            case .head(let head): [summary(head)] + lines(head.fields, "  ")
            case .body(let body): ["body " + escaped(body)]
            case .end(let trailers): lines(trailers, "  trailer ") + ["end"]
            case .refused(let error): ["\(error.status.code) \(error)"]
            }
        }
    }

    private func summary(_ head: RequestHead) -> String {
        let target = head.target
        let path = target.isWholeServer ? "*" : target.segments.map { "/" + escaped($0) }.joined()
        var words = ["\(head.method)", path]
        if let query = target.query { words.append("?" + escaped(query)) }
        words.append(head.version == .http10 ? "1.0" : "1.1")
        if let authority = head.authority { words.append("at \(authority)") }
        switch head.framing {
        case .none: break
        case .length(let length): words.append("with \(length)")
        case .chunked: words.append("chunked")
        }
        if head.expectsContinue { words.append("continue") }
        return (words + [head.keepsAlive ? "stay" : "close"]).joined(separator: " ")
    }

    private func lines(_ fields: Fields, _ prefix: String) -> [String] {
        fields.lines.map { "\(prefix)\($0.name.key): \(escaped($0.value.bytes))" }
    }

    private func escaped(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            switch byte {
            case 0x0D: "\\r"
            case 0x0A: "\\n"
            case 0x20..<0x7F: String(UnicodeScalar(byte))
            default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }
}
