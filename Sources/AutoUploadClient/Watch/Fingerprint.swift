import Platform

/// What tells whether a file is still what it was: which inode, how long, and both of its times. The change time can't be
/// set by a program, so a rewrite that puts the modification time back shows too; but for FAT, which has one time for both.
struct Fingerprint: Hashable, Sendable {
    let identity: FileIdentity
    let size: UInt64
    let modified: FileTime
    let changed: FileTime

    init(identity: FileIdentity, size: UInt64, modified: FileTime, changed: FileTime) {
        self.identity = identity
        self.size = size
        self.modified = modified
        self.changed = changed
    }

    init(_ status: FileStatus) {
        self.init(
            identity: status.identity, size: status.size, modified: status.modified, changed: status.changed)
    }

    /// Whether it is the same file with the same content, as far as its size and its modification time tell. Its change time
    /// may be another: it was renamed, linked, or got other permissions; or it was rewritten, and its modification time put
    /// back. Good enough to go on reading what is open, and to have just that stored; never to wipe anything.
    func hasContent(of other: Fingerprint) -> Bool {
        identity == other.identity && size == other.size && modified == other.modified
    }

    /// Whether to read the file is little work.
    var isOfSmallFile: Bool { size <= Self.smallBytes }

    private static let smallBytes: UInt64 = 4 * 1024 * 1024

    /// Whether it is probably the same file, though its numbers have changed: FAT and exFAT make inodes' numbers up at
    /// each mount, and a device may have another after each start of the machine.
    ///
    /// Good enough to go on with an upload, or to read the file and ask whether just that is stored; not good enough to
    /// take the file as sent. A recorder without a clock may well make a file of the same name, size and times again.
    func resembles(_ other: Fingerprint) -> Bool {
        size == other.size && modified == other.modified && changed == other.changed
            && identity.born == other.identity.born
    }

    /// Whether it resembles the other, or nothing but its change time tells it from that: it was renamed, as by a wipe that
    /// was taken back, or linked, or got other permissions; or it was rewritten, and its modification time put back.
    ///
    /// Good enough to go on with an upload, and to read the file and ask whether just that is stored; no more.
    func mayStillBe(_ other: Fingerprint) -> Bool {
        if resembles(other) { return true }
        return size == other.size && modified == other.modified
            && (identity.inode, identity.born) == (other.identity.inode, other.identity.born)
    }
}
