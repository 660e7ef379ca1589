import Foundation
import Testing

/// A block of a vector file: lines `key: value`, where a key may come more than once. `\xNN` in a value is a byte.
struct MultipartVector: CustomTestStringConvertible, Sendable {
    let file: String
    let fields: [(key: String, value: [UInt8])]

    var testDescription: String { "\(file): \(text("name") ?? text("file") ?? "(unnamed)")" }

    func values(_ keys: String...) -> [(key: String, value: [UInt8])] {
        fields.filter { keys.contains($0.key) }
    }

    func value(_ key: String) -> [UInt8]? {
        values(key).first?.value
    }

    func text(_ key: String) -> String? {
        value(key).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of all values of a key, each with a line end.
    func lines(_ key: String) -> [UInt8] {
        values(key).reduce(into: []) { $0 += $1.value + [0x0D, 0x0A] }
    }

    /// The bytes of `line`s, each with a line end, and of `text`s, which have none.
    var body: [UInt8] {
        values("line", "text").reduce(into: []) { body, field in
            body += field.value
            if field.key == "line" { body += [0x0D, 0x0A] }
        }
    }
}

extension MultipartVector {
    /// - Parameter path: below `vectors/multipart`; those of all files in a folder, when it is one.
    static func of(_ path: String) -> [MultipartVector] {
        let url = Bundle.module.bundleURL.appendingPathComponent("vectors/multipart/\(path)")
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: url.path) else {
            return parse(url)
        }
        return names.sorted().flatMap { parse(url.appendingPathComponent($0)) }
    }

    private static func parse(_ url: URL) -> [MultipartVector] {
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
        let blocks = text.split(separator: "\n", omittingEmptySubsequences: false).split { $0.isEmpty }
        return blocks.compactMap { lines in
            let fields = lines.filter { !$0.hasPrefix("#") }.map(field)
            return fields.isEmpty ? nil : MultipartVector(file: url.lastPathComponent, fields: fields)
        }
    }

    private static func field(_ line: Substring) -> (key: String, value: [UInt8]) {
        let key = line.prefix { $0 != ":" }
        return (String(key), bytes(line.dropFirst(key.count + 2)))
    }

    private static func bytes(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"),
                let value = UInt8(String(Substring(rest.dropFirst().prefix(2))), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
