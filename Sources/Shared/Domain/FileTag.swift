import Encodings

/// Names the inode that holds stored bytes, without telling anything about it to who doesn't know it already.
///
/// A client that deletes computes the same over its own file. When the two are equal, the server's "copy" is the very
/// file that would be wiped (the storage folder is mounted into the watched one, say), and it must stay.
package struct FileTag: FixedBytes {
    package static let byteCount = 16
    /// The server states no tag.
    package static let unstated = FileTag(high: 0, low: 0)

    private let high: UInt64
    private let low: UInt64

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init?(takingFrom bytes: inout Span<UInt8>) {
        guard bytes.count >= Self.byteCount, let high: UInt64 = bytes.takeInteger(),
            let low: UInt64 = bytes.takeInteger()
        else { return nil }
        (self.high, self.low) = (high, low)
    }

    /// The tag that a digest of `preimage(bootID:device:inode:)` gives: its first 16 bytes.
    package init(digest: ContentDigest) {
        let bytes = digest.bytes
        self = FileTag([UInt8](bytes.prefix(Self.byteCount))) ?? .unstated
    }

    /// The bytes whose SHA-256 makes the tag of a file.
    ///
    /// - Parameters:
    ///   - bootID: the 36 characters of `/proc/sys/kernel/random/boot_id`, without the line feed. Inode numbers mean
    ///     something on one running kernel only; without this, two machines could have equal tags by chance.
    ///   - device: `st_dev` of the file.
    ///   - inode: `st_ino` of the file.
    package static func preimage(bootID: [UInt8], device: UInt64, inode: UInt64) -> [UInt8] {
        var bytes = [UInt8]("auto-upload-file-tag/1".utf8)
        bytes.append(contentsOf: bootID)
        bytes.writeInteger(device)
        bytes.writeInteger(inode)
        return bytes
    }

    package func write(to bytes: inout [UInt8]) {
        bytes.writeInteger(high)
        bytes.writeInteger(low)
    }
}
