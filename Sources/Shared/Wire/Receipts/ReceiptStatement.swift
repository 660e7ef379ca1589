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

    /// - Throws: `WireError.outOfRange` when the size or the length of the user's name is.
    package init(
        key: ReceiptKey, user: String, path: RemotePath, size: UInt64, digest: ContentDigest, time: Int64
    ) throws(WireError) {
        try require(user.utf8.count, in: ProtocolLimits.userLengths, .user)
        try require(size, in: ProtocolLimits.fileSizes, .size)
        self.key = key
        self.user = user
        self.path = path
        self.size = size
        self.digest = digest
        self.time = time
    }

    /// The text that is signed: lines of ASCII, each with its line feed.
    package var bytes: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(384 + path.bytes.count)
        text += "\(Self.heading)\nkey: ".utf8
        key.writeHexadecimal(to: &text)
        text += "\nuser: ".utf8
        writePercentEncoded(user.utf8, to: &text)
        text += "\npath: ".utf8
        writePercentEncoded(path.bytes, to: &text)
        text += "\nsize: \(size)\nsha256: ".utf8
        digest.writeHexadecimal(to: &text)
        text += "\ntime: \(time)\n".utf8
        return text
    }

    static let heading = "auto-upload-receipt/1"
}
