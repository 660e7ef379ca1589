import TestSupport

/// A form whose contents are as much like delimiters as they may be.
struct RandomForm {
    let boundary: [UInt8]
    let contents: [[UInt8]]
    private(set) var body: [UInt8]

    init(by random: inout SeededGenerator) {
        let boundary = pick("X", "--", "B-B", "----formboundary:1", "a a", by: &random)
        let contents = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            Self.content(boundary: boundary, by: &random)
        }
        let isFirstEmptyShort = Bool.random(using: &random)
        var body: [UInt8] = []
        for content in contents {
            body += Array("--".utf8) + boundary + pick("\r\n", " \t\r\n", by: &random)
            body += Array("Content-Disposition: form-data; name=\"a\"\r\n\r\n".utf8)
            // The line end behind the head may be that of the delimiter.
            if !content.isEmpty || !isFirstEmptyShort { body += content + [0x0D, 0x0A] }
        }
        body += Array("--".utf8) + boundary + pick("--", "--\r\n", "--  \r\n\r\n", by: &random)
        (self.boundary, self.contents, self.body) = (boundary, contents, body)
    }

    /// Changes, takes out or puts in a few bytes.
    mutating func mutate(by random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...3, using: &random) where !body.isEmpty {
            let index = Int.random(in: 0..<body.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: body[index] = [0x0D, 0x0A, 0x2D, 0x20, 0x00, 0x58].randomElement(using: &random) ?? 0
            case 1: body.remove(at: index)
            case 2: body.insert(contentsOf: [0x0D, 0x0A], at: index)
            default: body.replaceSubrange(index..., with: body[index...].shuffled(using: &random).prefix(8))
            }
        }
    }

    private static func content(boundary: [UInt8], by random: inout SeededGenerator) -> [UInt8] {
        let delimiter = [0x0D, 0x0A, 0x2D, 0x2D] + boundary
        var content: [UInt8] = []
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            switch Int.random(in: 0..<7, using: &random) {
            case 0: content.append(0x0D)
            case 1: content.append(0x0A)
            case 2: content += [0x2D, 0x2D]
            case 3: content += delimiter.dropLast()
            case 4: content += delimiter.prefix(Int.random(in: 0..<delimiter.count, using: &random))
            case 5: content += delimiter + pick("x", "-x", ":", by: &random)
            default: content += [UInt8].random(Int.random(in: 1...90, using: &random), seed: random.next())
            }
        }
        return isLegal(content, delimiter: delimiter) ? content : []
    }

    /// Whether each delimiter in it goes on as a longer one.
    private static func isLegal(_ content: [UInt8], delimiter: [UInt8]) -> Bool {
        let text = [0x0D, 0x0A] + content + delimiter
        let longer = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'()+_,./:=?".utf8)
        return (0..<(content.count + 2)).allSatisfy { start in
            guard text[start...].starts(with: delimiter) else { return true }
            let behind = text[(start + delimiter.count)...]
            guard let first = behind.first else { return true }
            if first == 0x2D, let second = behind.dropFirst().first { return longer.contains(second) }
            return longer.contains(first)
        }
    }
}

private func pick(_ texts: String..., by random: inout SeededGenerator) -> [UInt8] {
    Array((texts.randomElement(using: &random) ?? "").utf8)
}
