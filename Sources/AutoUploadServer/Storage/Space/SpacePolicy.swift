package import Platform

/// How much of the storage uploads may take.
package struct SpacePolicy: Hashable, Sendable {
    /// Bytes of the file system that stay free; nil for the smaller of 1 GiB and 2 % of it.
    var keepFree: UInt64?
    /// Bytes of the largest file that is taken; nil for what the file system can hold.
    var largestFile: UInt64?
    var charge = QuotaCharge.ofDisk

    private static let mostKeptFree: UInt64 = 1 << 30

    /// Bytes that stay free of a file system of this size.
    package func floor(of room: FileSystemRoom) -> UInt64 {
        keepFree ?? min(Self.mostKeptFree, room.total / 50)
    }
}

extension SpacePolicy {
    package init(keepFree: UInt64?, largestFile: UInt64?) {
        self.init(keepFree: keepFree, largestFile: largestFile, charge: .ofDisk)
    }
}

/// What files and folders count against a quota: about what they take of the disk, so that a crowd of empty files can't use up
/// what files are kept in.
struct QuotaCharge: Hashable, Sendable {
    /// Bytes; a file counts in whole ones.
    let block: UInt64
    /// Bytes for each file and folder itself: its name, its inode.
    let entry: UInt64

    static let ofDisk = QuotaCharge(block: 4096, entry: 4096)

    func ofFile(_ size: UInt64) -> UInt64 {
        let (sum, overflows) = size.addingReportingOverflow(block - 1)
        return overflows ? .max : (sum - sum % block).plus(entry)
    }

    func ofFolders(_ count: UInt64) -> UInt64 {
        let (bytes, overflows) = entry.multipliedReportingOverflow(by: count)
        return overflows ? .max : bytes
    }
}

/// What the password file says of a user's quota.
package enum QuotaSetting: Hashable, Sendable {
    case none
    case bytes(UInt64)
    /// There is no such line any more, or it isn't right. Whoever is still connected keeps what was known last.
    case unknown
}
