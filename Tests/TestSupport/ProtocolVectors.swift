import Foundation

/// A block of a file of `Tests/WireTests/vectors`: lines `key: value`, where a line that begins with a space goes on with the value above.
package struct Vector: CustomStringConvertible, Sendable {
    package let file: String
    package let fields: [String: String]

    package var name: String { fields["name"] ?? fields["code"] ?? "(unnamed)" }
    package var description: String { "\(file): \(name)" }

    /// What a vector file, or one who asks for a field, has wrong.
    package struct Flaw: Error, CustomStringConvertible {
        package let description: String
    }

    package func field(_ key: String) throws -> String {
        guard let value = fields[key] else { throw Flaw(description: "\(self) has no field “\(key)”") }
        return value
    }

    /// The bytes of a field in hexadecimal; white space is ignored, and `NN*COUNT` is a byte that repeats.
    package func bytes(_ key: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for word in try field(key).split(whereSeparator: \.isWhitespace) {
            guard let more = Vector.bytes(ofWord: word) else {
                throw Flaw(description: "\(self): “\(word)” is not hexadecimal")
            }
            bytes += more
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
    private static let otherFiles: Set<String> = [
        "paths.txt", "statuses.txt", "file-tags.txt", "receipts.txt", "successions.txt",
    ]

    /// Every vector that holds a frame.
    package static let frames: [Vector] = all.filter { !otherFiles.contains($0.file) }

    package static func of(_ file: String) -> [Vector] {
        all.filter { $0.file == file }
    }

    private static let all: [Vector] = {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let folder = tests.appendingPathComponent("WireTests/vectors")
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return [] }
        return names.sorted().filter { $0.hasSuffix(".txt") }.flatMap { name -> [Vector] in
            guard let text = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8) else {
                return []
            }
            return parse(text, file: name)
        }
    }()

    /// The blocks of a text: parted by blank lines; lines that begin with `#` are comments.
    package static func parse(_ text: String, file: String) -> [Vector] {
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
