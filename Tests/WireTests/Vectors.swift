import Foundation
import Testing

/// A block of a vector file: lines `key: value`, where a line that begins with a space goes on with the value above.
struct Vector: CustomTestStringConvertible, Sendable {
    let file: String
    let fields: [String: String]

    var name: String { fields["name"] ?? fields["code"] ?? "(unnamed)" }
    var testDescription: String { "\(file): \(name)" }

    func field(_ key: String) throws -> String {
        try #require(fields[key], "\(testDescription) has no field “\(key)”")
    }

    /// The bytes of a field in hexadecimal; white space is ignored, and `NN*COUNT` is a byte that repeats.
    func bytes(_ key: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for word in try field(key).split(whereSeparator: \.isWhitespace) {
            bytes += try #require(Vector.bytes(ofWord: word), "\(testDescription): “\(word)” is not hexadecimal")
        }
        return bytes
    }

    private static func bytes(ofWord word: Substring) -> [UInt8]? {
        let parts = word.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count <= 2, let digits = parts.first, digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        var rest = digits
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        guard parts.count == 2 else { return bytes }
        guard bytes.count == 1, let count = Int(parts[1]) else { return nil }
        return Array(repeating: bytes[0], count: count)
    }
}

extension Vector {
    /// The files that hold something other than frames.
    static let otherFiles: Set<String> = [
        "paths.txt", "statuses.txt", "file-tags.txt", "receipts.txt", "successions.txt",
    ]

    /// Every vector that holds a frame.
    static let frames: [Vector] = all.filter { !otherFiles.contains($0.file) }

    static func of(_ file: String) -> [Vector] {
        all.filter { $0.file == file }
    }

    private static let all: [Vector] = {
        let folder = Bundle.module.resourceURL?.appendingPathComponent("vectors")
        guard let folder, let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            return []
        }
        return names.sorted().filter { $0.hasSuffix(".txt") }.flatMap { name -> [Vector] in
            guard let text = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8) else {
                return []
            }
            return parse(text, file: name)
        }
    }()

    /// The blocks of a text: parted by blank lines; lines that begin with `#` are comments.
    static func parse(_ text: String, file: String) -> [Vector] {
        var blocks: [Vector] = []
        var fields: [String: String] = [:]
        var key: String?
        for line in (text + "\n").split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                if !fields.isEmpty { blocks.append(Vector(file: file, fields: fields)) }
                (fields, key) = ([:], nil)
            } else if line.hasPrefix(" "), let key {
                fields[key, default: ""] += "\n" + line.drop { $0 == " " }
            } else if !line.hasPrefix("#") {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                key = String(parts[0])
                fields[String(parts[0])] = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
            }
        }
        return blocks
    }
}
