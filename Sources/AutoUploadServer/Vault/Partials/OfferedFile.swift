import Platform
import Wire

/// What an upload is to become, and whose it is. An upload goes on only where all of this is as it was.
struct OfferedFile: Hashable, Sendable {
    /// The user's folder.
    let user: FileName
    /// Below the user's folder.
    let path: RemotePath
    /// What tells it from the user's other uploads.
    let id: UploadID
    /// Bytes, at most 2^63 − 1; nil: the upload's end will show it.
    let size: UInt64?
    let modified: FileTime

    /// By what an upload is found again: ids of different users have nothing to do with each other.
    struct Key: Hashable {
        let user: FileName
        let id: UploadID
    }

    var key: Key { Key(user: user, id: id) }
    /// The path's last component.
    var name: FileName { FileName(path.parts.name) ?? FileName(constant: "file") }

    /// Whether it is the same file of the same user as far as can be told, though under another id.
    func isSameFile(as other: OfferedFile) -> Bool {
        user == other.user && path == other.path && size == other.size && modified == other.modified
    }
}

// MARK: - In records

extension OfferedFile {
    /// Stands for a size that isn't known.
    private static let unknownSize = UInt64.max

    init?(reading reader: inout WireReader) {
        guard let name = try? reader.readBytes8(.user, 1...FileName.maximumLength), let user = FileName(name),
            let id = try? UploadID(reading: &reader, .uploadID),
            let size = try? reader.readInteger(.size, in: 0...UInt64.max),
            let seconds = try? reader.readInteger(.modificationSeconds, as: Int64.self),
            let nanoseconds = try? reader.readInteger(.modificationNanoseconds, as: UInt32.self),
            nanoseconds < 1_000_000_000, ProtocolLimits.fileSizes.contains(size) || size == Self.unknownSize,
            let bytes = try? reader.readBytes16(.path, ProtocolLimits.pathLengths), let path = try? RemotePath(bytes)
        else { return nil }
        self.init(
            user: user, path: path, id: id, size: size == Self.unknownSize ? nil : size,
            modified: FileTime(seconds: seconds, nanoseconds: nanoseconds))
    }

    func write(to writer: inout WireWriter) {
        writer.writeBytes8(user.bytes)
        id.write(to: &writer)
        writer.writeInteger(size ?? Self.unknownSize)
        writer.writeInteger(modified.seconds)
        writer.writeInteger(modified.nanoseconds)
        writer.writeBytes16(path.bytes)
    }
}
