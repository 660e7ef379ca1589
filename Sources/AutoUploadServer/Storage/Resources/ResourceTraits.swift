package import Domain
import Encodings
package import Platform

/// What an upload resource is from its creation on: an upload that has a URL of its own, by which its client finds it again
/// over many requests, connections and restarts.
package struct ResourceTraits: Hashable, Sendable {
    package let user: FileName
    /// Where the file is to be, below the user's folder.
    package let path: RemotePath
    /// Names it in its URL.
    package let id: UploadID
    /// Bytes, at most 2^63 − 1; nil: the client will say it later, or ends the upload.
    package let length: UInt64?
    package let modified: FileTime
    package var options: Options
    /// What the whole file is to have, if the client has said so.
    package var digest: ContentDigest?
    /// What its face needs to answer for it, which says nothing to the storage.
    package var note: [UInt8]

    package init(
        user: FileName, path: RemotePath, id: UploadID, length: UInt64?, modified: FileTime, options: Options = [],
        digest: ContentDigest? = nil, note: [UInt8] = []
    ) {
        (self.user, self.path, self.id, self.length, self.modified) = (user, path, id, length, modified)
        (self.options, self.digest, self.note) = (options, digest, note)
    }

    package struct Options: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// It is stored under its own name or not at all.
        package static let needsOwnName = Options(rawValue: 1)
        /// It becomes a part of another upload's file, and is no file by itself.
        package static let isPart = Options(rawValue: 2)
    }

    /// Bytes of a note.
    package static let longestNote = 8 << 10

    package var key: OfferedFile.Key { OfferedFile.Key(user: user, id: id) }

    /// From so many bytes on, room for the whole is set aside from the start. A smaller file needs none, and is to have a name
    /// in the staging folder, which one of a size that isn't known gets: what came of it can be kept then, however little.
    private static let smallestReserved: UInt64 = 64 << 10

    /// As the storage's unfinished uploads know it.
    var file: OfferedFile {
        OfferedFile(
            user: user, path: path, id: id, size: length.flatMap { $0 < Self.smallestReserved ? nil : $0 },
            modified: modified)
    }
}

// MARK: - In records

extension ResourceTraits {
    init?(takingFrom record: inout Span<UInt8>) {
        guard let file = OfferedFile(takingFrom: &record), let options: UInt8 = record.takeInteger(),
            let hasDigest: UInt8 = record.takeInteger(), hasDigest <= 1,
            let digest = ContentDigest(takingFrom: &record), let noteLength: UInt16 = record.takeInteger(),
            let note = record.takeBytes(Int(noteLength))
        else { return nil }
        self.init(
            user: file.user, path: file.path, id: file.id, length: file.size, modified: file.modified,
            options: Options(rawValue: options), digest: hasDigest == 1 ? digest : nil, note: note)
    }

    package func write(to record: inout [UInt8]) {
        let file = OfferedFile(user: user, path: path, id: id, size: length, modified: modified)
        file.write(to: &record)
        record.writeInteger(options.rawValue)
        record.writeInteger(UInt8(digest == nil ? 0 : 1))
        record += digest?.bytes ?? [UInt8](repeating: 0, count: ContentDigest.byteCount)
        record.writeInteger(UInt16(truncatingIfNeeded: note.count))
        record += note
    }
}

extension Stored {
    init?(takingFrom record: inout Span<UInt8>) {
        guard let size: UInt64 = record.takeInteger(), let digest = ContentDigest(takingFrom: &record),
            let tag = FileTag(takingFrom: &record), let wasThere: UInt8 = record.takeInteger(), wasThere <= 1,
            let length: UInt16 = record.takeInteger(), let bytes = record.takeBytes(Int(length)),
            let path = try? RemotePath(bytes)
        else { return nil }
        self.init(path: path, size: size, digest: digest, tag: tag, wasThere: wasThere == 1)
    }

    package func write(to record: inout [UInt8]) {
        record.writeInteger(size)
        digest.write(to: &record)
        tag.write(to: &record)
        record.writeInteger(UInt8(wasThere ? 1 : 0))
        record.writeInteger(UInt16(truncatingIfNeeded: path.bytes.count))
        record += path.bytes
    }
}
