import Encodings

/// Reads a header while its bytes come, and takes nothing that could have been written in another way.
package struct HeaderReader: Sendable {
    /// Once all of it has come.
    package private(set) var header: AgeHeader?
    /// What has come so far.
    private var text: [UInt8] = []
    private var lineStart = 0
    private var stage = Stage.version
    private var stanzas: [Stanza] = []

    private enum Stage: Hashable {
        case version
        /// What comes next is a stanza or the end.
        case between
        case body(of: [String], so: [UInt8])
    }

    /// Bytes of a header that is read: several thousand recipients.
    package static let maximumCount = 1 << 20
    /// Bytes.
    private static let mostBlanks = 1024
    private static let armor = "-----BEGIN AGE ENCRYPTED FILE-----"

    package init() {}

    /// Takes bytes up to the header's end.
    ///
    /// - Returns: how many it took: all of them as long as there is no end.
    /// - Throws: `AgeError` for what is no header.
    package mutating func take(_ bytes: Span<UInt8>) throws(AgeError) -> Int {
        for index in bytes.indices where header == nil {
            text.append(bytes[index])
            if bytes[index] == UInt8(ascii: "\n") {
                try take(line: text[lineStart..<(text.count - 1)])
                lineStart = text.count
                if header != nil { return index + 1 }
            } else if stage == .version, text.count - lineStart > Self.armor.utf8.count + 1 {
                throw Self.notAge(text[lineStart...])
            } else if text.count >= Self.maximumCount {
                throw .header("its header is too long")
            }
        }
        return bytes.count
    }

    /// Why the header isn't whole where the file ends.
    package var endFailure: AgeError {
        stage == .version ? Self.notAge(text[...]) : .header("it ends within its header")
    }

    private mutating func take(line: ArraySlice<UInt8>) throws(AgeError) {
        switch stage {
        case .version:
            // The text form may have such lines before it.
            if text.count <= Self.mostBlanks, line.allSatisfy(Self.isBlank) { return }
            guard lineStart == 0, line.elementsEqual(AgeHeader.version.utf8) else { throw Self.notAge(line) }
            stage = .between
        case .between:
            if line.starts(with: AgeHeader.end.utf8) { return try take(end: line) }
            stage = .body(of: try Self.arguments(line), so: [])
        case .body(let arguments, let before):
            guard line.count <= Stanza.columns, let more = decodeBase64(line, isPadded: false) else {
                throw .header("a stanza's body is malformed")
            }
            let body = before + more
            if line.count == Stanza.columns { return stage = .body(of: arguments, so: body) }
            stanzas.append(Stanza(arguments: arguments, body: body))
            stage = .between
        }
    }

    private static func arguments(_ line: ArraySlice<UInt8>) throws(AgeError) -> [String] {
        guard line.starts(with: Stanza.start.utf8) else { throw .header("a stanza begins with something else") }
        let words = line.dropFirst(Stanza.start.utf8.count).split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.allSatisfy({ word in !word.isEmpty && word.allSatisfy { (33...126).contains($0) } }) else {
            throw .header("a stanza's arguments are malformed")
        }
        return words.map { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func take(end line: ArraySlice<UInt8>) throws(AgeError) {
        let rest = line.dropFirst(AgeHeader.end.utf8.count)
        guard rest.first == UInt8(ascii: " "), let mac = decodeBase64(rest.dropFirst(), isPadded: false),
            mac.count == 32
        else { throw .header("its last line is malformed") }
        guard !stanzas.isEmpty else { throw .header("it names nobody who could read it") }
        let proved = text[..<(lineStart + AgeHeader.end.utf8.count)]
        header = AgeHeader(stanzas: stanzas, mac: mac, proved: Array(proved))
    }

    /// What is in the place of the first line.
    private static func notAge(_ line: ArraySlice<UInt8>) -> AgeError {
        let line = line.drop(while: isBlank)
        if line.starts(with: armor.utf8) { return .armored }
        if line.starts(with: "age-encryption.org/".utf8) { return .header("it is of another version of the format") }
        return .header("it doesn't begin as one")
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0d, 0x0a].contains(byte) }
}
