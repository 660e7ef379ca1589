/// What a server signs about a file that it has confirmed: `docs/PROTOCOL.md`, section "Receipts".
package struct ReceiptStatement: Hashable, Sendable {
    /// The public part of the key that signs.
    package let key: ReceiptKey
    /// Whose file it is: 1–64 bytes.
    package let user: String
    /// Where it is stored, below the user's folder.
    package let path: RemotePath
    /// Bytes in the file, at most 2^63 − 1.
    package let size: UInt64
    package let digest: ContentDigest
    /// The server's clock when it confirmed, Unix seconds.
    package let time: Int64
    /// Of the client, for the connection in which this was signed; nil where it gave none.
    package let nonce: ReceiptNonce?

    /// Bytes in a user's name.
    package static let userLengths = 1...64

    /// Why values can't be stated.
    package enum Flaw: Error, Hashable, Sendable {
        case userLength, size
    }

    /// - Throws: what is wrong with the size, or with the length of the user's name.
    package init(
        key: ReceiptKey, user: String, path: RemotePath, size: UInt64, digest: ContentDigest, time: Int64,
        nonce: ReceiptNonce? = nil
    ) throws(Flaw) {
        guard Self.userLengths.contains(user.utf8.count) else { throw .userLength }
        guard ContentSize.range.contains(size) else { throw .size }
        self.key = key
        self.user = user
        self.path = path
        self.size = size
        self.digest = digest
        self.time = time
        self.nonce = nonce
    }

    /// The text that is signed: lines of ASCII, each with its line feed.
    package var bytes: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(512 + path.bytes.count)
        text += "\(Self.heading(isBound: nonce != nil))\nkey: ".utf8
        key.writeHexadecimal(to: &text)
        text += "\nuser: ".utf8
        writePercentEncoded(user.utf8, to: &text)
        text += "\npath: ".utf8
        writePercentEncoded(path.bytes, to: &text)
        text += "\nsize: \(size)\nsha256: ".utf8
        digest.writeHexadecimal(to: &text)
        text += "\ntime: \(time)\n".utf8
        guard let nonce else { return text }
        text += "nonce: ".utf8
        nonce.writeHexadecimal(to: &text)
        text.append(UInt8(ascii: "\n"))
        return text
    }

    /// The first line.
    ///
    /// - Parameter isBound: whether there is a nonce.
    static func heading(isBound: Bool) -> String { isBound ? "auto-upload-receipt/2" : "auto-upload-receipt/1" }
}
