package import Domain
import Encodings

/// The server vouches for content that it has durable: the body of `stored` and `present`.
///
/// Before a client wipes anything on it, it compares size and digest with what it read itself, and the file tag with
/// its own file's. See `docs/PROTOCOL.md`, section "Before a client deletes".
package struct Confirmation: Payload {
    /// Bytes in the stored file, at most 2^63 − 1.
    package let size: UInt64
    package let digest: ContentDigest
    package let fileTag: FileTag
    /// Where it is stored, below the user's folder; not the offered path when that name was taken.
    package let path: RemotePath
    /// What makes a signed receipt of it; nil when the server signs none.
    package let receipt: ReceiptStamp?

    /// - Throws: `WireError.outOfRange` when the size is.
    package init(
        size: UInt64, digest: ContentDigest, fileTag: FileTag, path: RemotePath, receipt: ReceiptStamp? = nil
    ) throws(WireError) {
        try require(size, in: ProtocolLimits.fileSizes, .size)
        self.size = size
        self.digest = digest
        self.fileTag = fileTag
        self.path = path
        self.receipt = receipt
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        let size = try reader.readInteger(.size, in: ProtocolLimits.fileSizes)
        let digest = try ContentDigest(reading: &reader, .digest)
        let fileTag = try FileTag(reading: &reader, .fileTag)
        let path = try Self.path(reader.readBytes16(.path, ProtocolLimits.pathLengths))
        let receipt = try Self.receipt(reader.readBytes16(.receipt, 0...ReceiptStamp.byteCounts.upperBound))
        try self.init(size: size, digest: digest, fileTag: fileTag, path: path, receipt: receipt)
    }

    package func write(to writer: inout WireWriter) {
        writer.writeInteger(size)
        digest.write(to: &writer)
        fileTag.write(to: &writer)
        writer.writeBytes16(path.bytes)
        writer.writeBytes16(receipt?.bytes ?? [])
    }

    private static func receipt(_ bytes: [UInt8]) throws(WireError) -> ReceiptStamp? {
        if bytes.isEmpty { return nil }
        guard let receipt = ReceiptStamp(bytes) else { throw .outOfRange(.receipt) }
        return receipt
    }

    private static func path(_ bytes: [UInt8]) throws(WireError) -> RemotePath {
        do throws(RemotePath.Flaw) {
            return try RemotePath(bytes)
        } catch {
            throw .invalidPath(error)
        }
    }
}
