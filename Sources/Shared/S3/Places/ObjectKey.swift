internal import Encodings

/// The key of an object: a path of UTF-8, in which no name is empty, `.` or `..`, and nothing steers a terminal or ends a line. What stands
/// for itself there stands for itself in a URL as well, but for escapes.
package struct ObjectKey: Hashable, Sendable {
    package let text: String

    /// Bytes that a key can have (S3).
    package static let longest = 1024

    package init?(_ text: String) {
        guard (1...Self.longest).contains(text.utf8.count) else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        let names = text.split(separator: "/", omittingEmptySubsequences: false)
        guard isPlain, names.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else { return nil }
        self.text = text
    }

    /// As a URL's path has it: without the slash in front, each name escaped by RFC 3986.
    package var encoded: String {
        text.split(separator: "/").map { percentEncoded(Array($0.utf8)) }.joined(separator: "/")
    }

    /// - Parameter encoded: as `encoded`, and in no other way of writing it.
    package init?(encoded: some StringProtocol) {
        var bytes: [UInt8] = []
        var rest = Array(encoded.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        self.init(text)
        guard self.encoded == encoded else { return nil }
    }
}
