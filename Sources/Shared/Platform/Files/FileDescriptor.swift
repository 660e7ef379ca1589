internal import CSystemShims
internal import Glibc

/// An open file, owned: closed when it goes out of scope.
///
/// Errors name no path: descriptors outlive names. The layer above, which knows the name, adds it.
package struct FileDescriptor: ~Copyable, Sendable {
    let rawValue: CInt

    init(owning rawValue: CInt) {
        self.rawValue = rawValue
    }

    deinit {
        _ = Glibc.close(rawValue)
    }

    /// Closes now and reports what close(2) reports, which a deinit can't.
    package consuming func close() throws(SystemError) {
        let result = Glibc.close(rawValue)
        let errno = Errno.current
        discard self
        // Linux has closed the descriptor even when it says EINTR: a second try could close somebody else's.
        if result == -1, errno != .interrupted { throw SystemError("close", errno: errno) }
    }

    /// - Parameter fresh: asks a network or FUSE file system's server, where the kernel may hold attributes that are
    ///   seconds old.
    package func status(fresh: Bool = false) throws(SystemError) -> FileStatus {
        var status = shim_status()
        try systemCall("read the attributes") { unsafe shim_status_of(rawValue, nil, fresh ? 1 : 0, &status) }
        return FileStatus(status)
    }

    package func duplicate() throws(SystemError) -> FileDescriptor {
        FileDescriptor(owning: try systemCall("duplicate a descriptor") { fcntl(rawValue, F_DUPFD_CLOEXEC, 0) })
    }
}

// MARK: - Bytes

extension FileDescriptor {
    /// Reads at the descriptor's position until `buffer` is full or the file ends.
    ///
    /// - Returns: bytes read; fewer than the buffer holds only at the end of the file.
    @safe package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        var filled = 0
        while filled < buffer.count {
            guard let start = buffer.baseAddress else { break }
            let count = try systemCall("read") { unsafe Glibc.read(rawValue, start + filled, buffer.count - filled) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Reads a whole small file, such as a configuration.
    ///
    /// - Parameter limit: the most bytes that are taken; a longer file is an error (EFBIG).
    package func readAll(limit: Int) throws(SystemError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = try chunk.withUnsafeMutableBytesTyped { buffer throws(SystemError) in
                try read(into: buffer)
            }
            content += chunk[..<count]
            if content.count > limit { throw SystemError("read", errno: .fileTooLarge) }
            if count < chunk.count { return content }
        }
    }

    /// Reads what the kernel makes up as it is read, in pieces that may be short before the end.
    ///
    /// - Parameter limit: the most bytes that are taken, about.
    func readToEnd(limit: Int) throws(SystemError) -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while content.count < limit {
            let count = try chunk.withUnsafeMutableBytesTyped { buffer throws(SystemError) in
                try read(into: buffer)
            }
            if count == 0 { break }
            content += chunk[..<count]
        }
        return content
    }

    /// Writes every byte at the descriptor's position.
    package func write(_ bytes: RawSpan) throws(SystemError) {
        try unsafe bytes.withUnsafeBytes { buffer throws(SystemError) in
            var written = 0
            while written < buffer.count {
                guard let start = buffer.baseAddress else { return }
                written += try systemCall("write") {
                    unsafe Glibc.write(rawValue, start + written, buffer.count - written)
                }
            }
        }
    }

    package func write(_ bytes: [UInt8]) throws(SystemError) {
        try write(unsafe bytes.span.bytes)
    }

    /// Moves the position to `offset` bytes from the start.
    package func seek(to offset: UInt64) throws(SystemError) {
        try systemCall("seek") { lseek(rawValue, off_t(clamping: offset), SEEK_SET) }
    }

    /// The next extent that holds data, at or after `offset`. See lseek(2), SEEK_DATA.
    ///
    /// - Returns: nil when there is none.
    package func nextDataExtent(from offset: UInt64) throws(SystemError) -> Range<UInt64>? {
        do throws(SystemError) {
            let start = try systemCall("find data") { lseek(rawValue, off_t(clamping: offset), shim_SEEK_DATA) }
            let end = try systemCall("find a hole") { lseek(rawValue, start, shim_SEEK_HOLE) }
            return UInt64(start)..<UInt64(max(start, end))
        } catch {
            if error.errno == .noDeviceData { return nil }
            throw error
        }
    }
}

// MARK: - Durability

extension FileDescriptor {
    /// Flushes data and attributes to the medium: fsync(2). A failure is final: Linux reports lost write-back once, and a
    /// second call that succeeds proves nothing.
    package func flush() throws(SystemError) {
        try systemCall("flush") { fsync(rawValue) }
    }

    /// Flushes the whole file system that the file lives on: syncfs(2). It reports a failed write-back once per open
    /// descriptor, and only to one that was open when it happened; see `KernelVersion.tellsOfFailedWholeFlush`.
    package func flushFileSystem() throws(SystemError) {
        try systemCall("flush the file system") { shim_syncfs(rawValue) }
    }

    /// Asks for write-back of a range to begin, without waiting. Says nothing about durability.
    package func startWriteback(from offset: UInt64, count: UInt64) {
        _ = shim_start_writeback(rawValue, Int64(clamping: offset), Int64(clamping: count))
    }

    /// Reserves blocks for `size` bytes without changing the size.
    ///
    /// - Throws: `SystemError` with ENOSPC or EDQUOT where there is no room, EOPNOTSUPP where the file system can't.
    package func preallocate(_ size: UInt64) throws(SystemError) {
        try systemCall("reserve space") { shim_preallocate(rawValue, Int64(clamping: size)) }
    }

    /// Tells the kernel that the file will be read once, from start to end.
    package func adviseSequentialReading() {
        _ = posix_fadvise(rawValue, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Lets the kernel drop what it holds of the file in memory and has written already.
    package func dropFromCache() {
        _ = posix_fadvise(rawValue, 0, 0, POSIX_FADV_DONTNEED)
    }

    package func truncate(to size: UInt64) throws(SystemError) {
        try systemCall("truncate") { ftruncate(rawValue, off_t(clamping: size)) }
    }
}

// MARK: - Attributes

extension FileDescriptor {
    /// Sets the modification time; the access time stays.
    package func setModified(_ time: FileTime) throws(SystemError) {
        try systemCall("set the modification time") { shim_set_modified(rawValue, time.seconds, time.nanoseconds) }
    }

    package func setPermissions(_ permissions: UInt32) throws(SystemError) {
        try systemCall("set the permissions") { fchmod(rawValue, permissions) }
    }

    /// Gives the file to a user and a group; both only by root, the group also by one of its members.
    package func setOwner(_ user: UInt32, group: UInt32) throws(SystemError) {
        try systemCall("set the owner") { fchown(rawValue, user, group) }
    }

    package func setGroup(_ group: UInt32) throws(SystemError) {
        try systemCall("set the group") { fchown(rawValue, uid_t.max, group) }
    }
}

extension Array where Element == UInt8 {
    /// `withUnsafeMutableBytes` with typed throws, which the standard library's lacks.
    @safe package mutating func withUnsafeMutableBytesTyped<R, E: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        var span = mutableSpan
        var bytes = unsafe span.mutableBytes
        return try unsafe bytes.withUnsafeMutableBytes { buffer throws(E) in try unsafe body(buffer) }
    }
}
