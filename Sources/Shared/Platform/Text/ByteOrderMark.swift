/// What some editors put in front of a text to tell how it is encoded. It is no part of the text.
package enum ByteOrderMark {
    private static let utf8: [UInt8] = [0xef, 0xbb, 0xbf]

    /// How many bytes of a text are UTF-8's mark.
    package static func length(in text: some Collection<UInt8>) -> Int {
        text.starts(with: utf8) ? utf8.count : 0
    }

    /// Whether a text is UTF-16, or UTF-32, by its mark.
    package static func isUTF16(_ text: some Collection<UInt8>) -> Bool {
        text.starts(with: [0xff, 0xfe]) || text.starts(with: [0xfe, 0xff]) || text.starts(with: [0, 0, 0xfe, 0xff])
    }

    /// What is wrong with a text that is, in words that follow the file's name.
    package static let complaintAboutUTF16 = "is UTF-16, not UTF-8: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)"
}
