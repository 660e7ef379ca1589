package import Domain
import Encodings
package import Platform

/// What an upload is to become, and whose it is. An upload goes on only where all of this is as it was.
package struct OfferedFile: Hashable, Sendable {
    /// The user's folder.
    package let user: FileName
    /// Below the user's folder.
    package let path: RemotePath
    /// What tells it from the user's other uploads.
    package let id: UploadID
    /// Bytes, at most 2^63 − 1; nil: the upload's end will show it.
    package let size: UInt64?
    package let modified: FileTime

    package init(user: FileName, path: RemotePath, id: UploadID, size: UInt64?, modified: FileTime) {
        (self.user, self.path, self.id, self.size, self.modified) = (user, path, id, size, modified)
    }

    /// By what an upload is found again: ids of different users have nothing to do with each other.
    package struct Key: Hashable {
        package let user: FileName
        let id: UploadID

        package init(user: FileName, id: UploadID) {
            (self.user, self.id) = (user, id)
        }
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

    package init?(takingFrom record: inout Span<UInt8>) {
        guard let nameLength: UInt8 = record.takeInteger(), let name = record.takeBytes(Int(nameLength)),
            let user = FileName(name), let id = UploadID(takingFrom: &record), let size: UInt64 = record.takeInteger(),
            let seconds: Int64 = record.takeInteger(), let nanoseconds: UInt32 = record.takeInteger(),
            nanoseconds < 1_000_000_000, ContentSize.range.contains(size) || size == Self.unknownSize,
            let pathLength: UInt16 = record.takeInteger(), let bytes = record.takeBytes(Int(pathLength)),
            let path = try? RemotePath(bytes)
        else { return nil }
        self.init(
            user: user, path: path, id: id, size: size == Self.unknownSize ? nil : size,
            modified: FileTime(seconds: seconds, nanoseconds: nanoseconds))
    }

    package func write(to record: inout [UInt8]) {
        record.writeInteger(UInt8(truncatingIfNeeded: user.bytes.count))
        record += user.bytes
        id.write(to: &record)
        record.writeInteger(size ?? Self.unknownSize)
        record.writeInteger(modified.seconds)
        record.writeInteger(modified.nanoseconds)
        record.writeInteger(UInt16(truncatingIfNeeded: path.bytes.count))
        record += path.bytes
    }
}
