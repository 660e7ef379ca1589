package import Domain
import Encodings

/// A client's wish to store a file.
package struct Offer: Payload {
    /// Whether this upload id was never offered before, so that the offset is 0 and data may follow at once.
    /// It travels as a flag of the header.
    package var isFresh: Bool
    package let uploadID: UploadID
    /// Bytes in the file, at most 2^63 − 1.
    package let size: UInt64
    package let modified: ModificationTime
    /// 1–4096 bytes as they came. Whether they are a `RemotePath` is for the receiver to find out: a bad path refuses
    /// the upload, not the connection.
    package let path: [UInt8]

    /// - Throws: `WireError.outOfRange` when the size or the length of the path is.
    package init(
        uploadID: UploadID, size: UInt64, modified: ModificationTime, path: [UInt8], isFresh: Bool
    ) throws(WireError) {
        try require(size, in: ProtocolLimits.fileSizes, .size)
        try require(path.count, in: ProtocolLimits.pathLengths, .path)
        self.isFresh = isFresh
        self.uploadID = uploadID
        self.size = size
        self.modified = modified
        self.path = path
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        let uploadID = try UploadID(reading: &reader, .uploadID)
        let size = try reader.readInteger(.size, in: ProtocolLimits.fileSizes)
        let seconds = try reader.readInteger(.modificationSeconds, as: Int64.self)
        let nanoseconds = try reader.readInteger(.modificationNanoseconds, as: UInt32.self)
        let modified = try ModificationTime(seconds: seconds, nanoseconds: nanoseconds)
        let path = try reader.readBytes16(.path, ProtocolLimits.pathLengths)
        try self.init(uploadID: uploadID, size: size, modified: modified, path: path, isFresh: false)
    }

    package func write(to writer: inout WireWriter) {
        uploadID.write(to: &writer)
        writer.writeInteger(size)
        writer.writeInteger(modified.seconds)
        writer.writeInteger(modified.nanoseconds)
        writer.writeBytes16(path)
    }
}
