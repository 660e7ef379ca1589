import Encodings

/// A server's signed word that it has a file: a statement and its signature. Whether the signature is right is for
/// Transport to find out; this knows the form only.
package struct Receipt: Hashable, Sendable {
    package let statement: ReceiptStatement
    package let signature: ReceiptSignature
    /// From the statement to what the signature is over.
    package let proof: ReceiptProof

    package init(statement: ReceiptStatement, signature: ReceiptSignature, proof: ReceiptProof = ReceiptProof()) {
        self.statement = statement
        self.signature = signature
        self.proof = proof
    }

    /// As it travels in a confirmation.
    package var stamp: ReceiptStamp { ReceiptStamp(time: statement.time, signature: signature, proof: proof) }
}

// MARK: - The file

extension Receipt {
    /// Bytes of the longest text.
    package static let maximumTextLength = 16 * 1024

    /// The receipt as a file: the statement, a line for each step of the proof, and a last one with the signature in Base64
    /// (RFC 4648).
    package var text: [UInt8] {
        let steps = proof.steps.map(\.line).joined()
        return statement.bytes + Array("\(steps)signature: \(encodeBase64(signature.bytes, isPadded: true))\n".utf8)
    }

    /// Why bytes aren't a receipt's text.
    package enum Flaw: Error, Hashable, Sendable {
        /// Something else altogether.
        case notAReceipt
        /// A line is missing, or doesn't say what it has to; by the name before its colon.
        case malformed(String)
        /// There is more after the signature.
        case trailingBytes
    }

    /// Reads what `text` wrote: that, byte for byte, and nothing else.
    package init(text: [UInt8]) throws(Flaw) {
        guard text.count <= Self.maximumTextLength else { throw .notAReceipt }
        var lines = TextLines(text)
        guard let heading = lines.next(), let isBound = Self.isBound(heading) else { throw .notAReceipt }
        let key = try lines.value("key") { ReceiptKey(hex: $0) }
        let user = try lines.value("user") { percentDecoded($0.utf8).flatMap { String(validating: $0, as: UTF8.self) } }
        let path = try lines.value("path") { percentDecoded($0.utf8).flatMap { try? RemotePath($0) } }
        let size = try lines.value("size") { UInt64($0).flatMap { ContentSize.range.contains($0) ? $0 : nil } }
        let digest = try lines.value("sha256") { ContentDigest(hex: $0) }
        let time = try lines.value("time") { Int64($0) }
        let nonce = isBound ? try lines.value("nonce") { ReceiptNonce(hex: $0) } : nil
        let proof = try lines.proof()
        let signature = try lines.value("signature") {
            decodeBase64($0.utf8, isPadded: true).flatMap { ReceiptSignature($0) }
        }
        guard lines.isAtEnd else { throw .trailingBytes }
        let statement = try? ReceiptStatement(
            key: key, user: user, path: path, size: size, digest: digest, time: time, nonce: nonce)
        // All that was left out above is the length of the user's name.
        guard let statement else { throw .malformed("user") }
        self.init(statement: statement, signature: signature, proof: proof)
        // Numbers with zeros in front, capital digits, needless escapes: no two texts are the same receipt.
        if let name = Self.firstDifference(self.text, text) { throw .malformed(name) }
    }

    /// Whether a statement with this first line has a nonce; nil where it is none.
    private static func isBound(_ heading: ArraySlice<UInt8>) -> Bool? {
        [false, true].first { heading.elementsEqual(ReceiptStatement.heading(isBound: $0).utf8) }
    }

    /// The name of the first line that isn't the same in both.
    private static func firstDifference(_ ours: [UInt8], _ theirs: [UInt8]) -> String? {
        var (left, right) = (TextLines(ours), TextLines(theirs))
        while let line = left.next() {
            if right.next().map(line.elementsEqual) == true { continue }
            return String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
        }
        return nil
    }
}

extension Receipt.Flaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAReceipt:
            "it doesn't begin with the line “\(ReceiptStatement.heading(isBound: false))”, or with “"
                + "\(ReceiptStatement.heading(isBound: true))”"
        case .malformed(let name): "its line “\(name)” is missing or malformed"
        case .trailingBytes: "there is more behind the line “signature”"
        }
    }
}

/// Takes lines from the front of a text, each with its line feed.
private struct TextLines {
    private var rest: ArraySlice<UInt8>

    init(_ text: [UInt8]) {
        rest = text[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// - Returns: the line without its line feed; nil when no whole line is left.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }

    /// Takes the line `NAME: value`.
    mutating func value<Value>(_ name: String, _ read: (String) -> Value?) throws(Receipt.Flaw) -> Value {
        let prefix = Array("\(name): ".utf8)
        guard let line = next(), line.starts(with: prefix),
            let text = String(validating: line.dropFirst(prefix.count), as: UTF8.self), let value = read(text)
        else { throw .malformed(name) }
        return value
    }

    /// Takes the lines `left: DIGEST` and `right: DIGEST` that come next.
    mutating func proof() throws(Receipt.Flaw) -> ReceiptProof {
        var proof = ReceiptProof()
        while let side = ReceiptProof.Step.Side.allCases.first(where: { rest.starts(with: "\($0): ".utf8) }) {
            let sibling = try value("\(side)") { ContentDigest(hex: $0) }
            guard let longer = ReceiptProof(proof.steps + [ReceiptProof.Step(side, sibling)]) else {
                throw .malformed("\(side)")
            }
            proof = longer
        }
        return proof
    }
}
