package import Domain
import Encodings
package import Platform

/// Files of a user that were deleted together. They lie in a folder of the user's trash, under the paths that they had; its name says
/// when that was, and which of those of that second it is: "1764441295-3fa94c21d0b7e5aa".
package struct TrashBatch: Hashable, Sendable {
    package let name: FileName
    /// When they were deleted, in Unix seconds.
    package let time: Int64

    private static let digits = 16

    /// Fails for what isn't named as one.
    package init?(_ name: FileName) {
        let parts = name.bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let time = Int64(String(decoding: parts[0], as: UTF8.self)), parts[1].count == Self.digits,
            parts[1].allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { return nil }
        (self.name, self.time) = (name, time)
    }

    /// Fails for what isn't one's name.
    package init?(_ bytes: [UInt8]) {
        guard let name = FileName(bytes) else { return nil }
        self.init(name)
    }

    /// - Parameter time: Unix seconds.
    static func new(at time: Int64) throws(SystemError) -> TrashBatch {
        let random = hexadecimal(try randomBytes(digits / 2))
        guard let batch = TrashBatch(Array("\(max(0, time))-\(random)".utf8)) else {
            throw SystemError("name a folder of the trash", errno: .invalid)
        }
        return batch
    }

    /// Where one of its files lies, from the user's folder on. No client's path, and no path of a link, leads there.
    ///
    /// - Parameter path: that it had.
    package func place(of path: RemotePath) -> [UInt8] {
        let names = [StoragePlace.ownFolder.bytes, Trash.name.bytes, name.bytes, path.bytes]
        return Array(names.joined(separator: [UInt8(ascii: "/")]))
    }

    /// - Parameter place: as `place(of:)` gives it.
    /// - Returns: the path that the file had; nil for any other path.
    package static func path(ofPlace place: [UInt8]) -> [UInt8]? {
        let names = place.split(separator: UInt8(ascii: "/"), maxSplits: 3)
        guard names.count == 4, names[0].elementsEqual(StoragePlace.ownFolder.bytes),
            names[1].elementsEqual(Trash.name.bytes), TrashBatch(Array(names[2])) != nil
        else { return nil }
        return Array(names[3])
    }
}

extension TrashBatch: Comparable {
    package static func < (left: TrashBatch, right: TrashBatch) -> Bool {
        (left.time, left.name) < (right.time, right.name)
    }
}

/// How long what was deleted can be had back.
package struct TrashRules: Hashable, Sendable {
    /// Seconds; 0: it is removed at once.
    package var expiry: Int64

    package init(expiry: Int64 = 7 * 86_400) {
        self.expiry = expiry
    }
}

/// A file that was deleted.
package struct DeletedFile: Hashable, Sendable {
    /// As it stood in the user's folder.
    package let path: RemotePath
    /// Bytes.
    package let size: UInt64
    /// Where it lies now; nil: nowhere.
    package let batch: TrashBatch?

    package init(path: RemotePath, size: UInt64, batch: TrashBatch?) {
        (self.path, self.size, self.batch) = (path, size, batch)
    }
}

/// A file that was taken out of the trash.
package struct RestoredFile: Hashable, Sendable {
    /// Where it stands: another name than before, where that one was taken meanwhile.
    package let path: RemotePath
    /// As it was deleted.
    package let deleted: DeletedFile
}
