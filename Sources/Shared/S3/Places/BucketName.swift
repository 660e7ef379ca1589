/// The name of a bucket, by the rules that hold everywhere: 3 to 63 small letters, digits, hyphens and single dots, with a letter or a
/// digit at either end.
package struct BucketName: Hashable, Sendable {
    package let text: String

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (3...63).contains(bytes.count), let first = bytes.first, let last = bytes.last,
            Self.isLetterOrDigit(first), Self.isLetterOrDigit(last),
            bytes.allSatisfy({ Self.isLetterOrDigit($0) || "-.".utf8.contains($0) }), !text.contains("..")
        else { return nil }
        self.text = text
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
