package import Domain
import Encodings

/// A question whether exactly this content is stored under this path.
package struct Query: Payload {
    /// Bytes in the file, at most 2^63 − 1.
    package let size: UInt64
    package let digest: ContentDigest
    /// 1–4096 bytes as they came, as in `Offer`.
    package let path: [UInt8]

    /// - Throws: `WireError.outOfRange` when the size or the length of the path is.
    package init(size: UInt64, digest: ContentDigest, path: [UInt8]) throws(WireError) {
        try require(size, in: ProtocolLimits.fileSizes, .size)
        try require(path.count, in: ProtocolLimits.pathLengths, .path)
        self.size = size
        self.digest = digest
        self.path = path
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        let size = try reader.readInteger(.size, in: ProtocolLimits.fileSizes)
        let digest = try ContentDigest(reading: &reader, .digest)
        let path = try reader.readBytes16(.path, ProtocolLimits.pathLengths)
        try self.init(size: size, digest: digest, path: path)
    }

    package func write(to writer: inout WireWriter) {
        writer.writeInteger(size)
        digest.write(to: &writer)
        writer.writeBytes16(path)
    }
}
