import Encodings

/// A part of the header that tells one recipient the file key.
package struct Stanza: Hashable, Sendable {
    /// The first of them is its kind. None is empty.
    package let arguments: [String]
    package let body: [UInt8]

    /// Characters of a line of the body; a shorter one ends it.
    static let columns = 64
    static let start = "-> "

    package var kind: String { arguments.first ?? "" }

    func write(to text: inout [UInt8]) {
        text += Array((Self.start + arguments.joined(separator: " ") + "\n").utf8)
        var rest = Array(encodeBase64(body, isPadded: false).utf8)[...]
        while rest.count >= Self.columns {
            text += rest.prefix(Self.columns) + [UInt8(ascii: "\n")]
            rest = rest.dropFirst(Self.columns)
        }
        text += rest + [UInt8(ascii: "\n")]
    }
}
