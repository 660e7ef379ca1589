internal import Glibc

/// How much room a file system has.
package struct FileSystemRoom: Hashable, Sendable {
    /// Bytes that it has in all.
    package let total: UInt64
    /// Bytes that an unprivileged writer can still add.
    package let available: UInt64

    package init(total: UInt64, available: UInt64) {
        self.total = total
        self.available = available
    }
}

extension FileDescriptor {
    /// The room of the file system that the file lives on. The corresponding C function is `fstatvfs`.
    ///
    /// - Returns: nil where the file system doesn't tell: it states no blocks at all, as some over a network do.
    package func fileSystemRoom() throws(SystemError) -> FileSystemRoom? {
        var status = statvfs()
        try systemCall("read the free space") { unsafe fstatvfs(rawValue, &status) }
        guard status.f_blocks > 0 else { return nil }
        // In units of f_frsize: f_bsize is for reading well, and differs from it on FUSE.
        let unit = UInt64(status.f_frsize)
        return FileSystemRoom(
            total: saturating(UInt64(status.f_blocks), unit), available: saturating(UInt64(status.f_bavail), unit))
    }

    /// Bytes that an unprivileged writer can still add; 0 where the file system doesn't tell.
    package func availableBytes() throws(SystemError) -> UInt64 {
        try fileSystemRoom()?.available ?? 0
    }
}

private func saturating(_ blocks: UInt64, _ unit: UInt64) -> UInt64 {
    let (bytes, overflows) = blocks.multipliedReportingOverflow(by: unit)
    return overflows ? .max : bytes
}
