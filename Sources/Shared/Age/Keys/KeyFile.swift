/// A text with keys, one a line; lines that begin with # and empty ones don't count. Lines may end as on Windows.
package enum KeyFile {
    /// What is wrong with such a text.
    package struct Flaw: Error, Hashable, CustomStringConvertible {
        /// Counted from 1; nil when it is about the whole.
        let line: Int?
        let reason: String

        package var description: String { line.map { "line \($0) \(reason)" } ?? reason }
    }

    package static func recipients(_ content: [UInt8]) throws(Flaw) -> [AgeRecipient] {
        var recipients: [AgeRecipient] = []
        try forEachKey(in: content) { text throws(KeyFlaw) in
            let recipient = try AgeRecipient(text)
            // Who is named twice has no use of it, and the file would be larger.
            if !recipients.contains(recipient) { recipients.append(recipient) }
        }
        if recipients.isEmpty { throw Flaw(line: nil, reason: "there is no recipient in it") }
        return recipients
    }

    package static func identities(_ content: [UInt8]) throws(Flaw) -> [AgeIdentity] {
        var identities: [AgeIdentity] = []
        try forEachKey(in: content) { text throws(KeyFlaw) in identities.append(try AgeIdentity(text)) }
        if identities.isEmpty { throw Flaw(line: nil, reason: "there is no identity in it") }
        return identities
    }

    private static func forEachKey(
        in content: [UInt8], _ body: (String) throws(KeyFlaw) -> Void
    ) throws(Flaw) {
        for (index, line) in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw Flaw(line: index + 1, reason: "isn't text in UTF-8")
            }
            do throws(KeyFlaw) {
                try body(text)
            } catch {
                throw Flaw(line: index + 1, reason: error.description)
            }
        }
    }
}
