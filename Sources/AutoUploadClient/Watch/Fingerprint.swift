import Platform

/// What tells whether a file is still what it was: which inode, how long, and both of its times. The change time can't be
/// set by a program, so a rewrite that puts the modification time back shows too.
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
}
