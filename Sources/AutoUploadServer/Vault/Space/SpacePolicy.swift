import Platform

/// How much of the storage uploads may take.
struct SpacePolicy: Hashable, Sendable {
    /// Bytes of the file system that stay free; nil for the smaller of 1 GiB and 2 % of it.
    var keepFree: UInt64?
    /// Bytes of the largest file that is taken; nil for what the file system can hold.
    var largestFile: UInt64?

    private static let mostKeptFree: UInt64 = 1 << 30

    /// Bytes that stay free of a file system of this size.
    func floor(of room: FileSystemRoom) -> UInt64 {
        keepFree ?? min(Self.mostKeptFree, room.total / 50)
    }
}

/// What the password file says of a user's quota.
enum QuotaSetting: Hashable, Sendable {
    case none
    case bytes(UInt64)
    /// There is no such line any more, or it isn't right. Whoever is still connected keeps what was known last.
    case unknown
}
