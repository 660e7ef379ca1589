internal import CSystemShims
internal import Glibc

/// Reading what the medium holds rather than what the page cache remembers of it.
extension FileDescriptor {
    /// Whether the file system takes O_DIRECT. Where it does, it may still read some files through the page cache.
    package func canReadPastCache() -> Bool {
        guard (try? setDirect(true)) != nil else { return false }
        try? setDirect(false)
        return true
    }

    /// Reads the file from its first byte to its last past the page cache, in pieces of at most 1 MiB, and leaves the
    /// descriptor's position as it is. No other thread may use the descriptor meanwhile.
    ///
    /// It does two things, each of which fails to do it somewhere: it makes the kernel drop the file's pages, which works for
    /// what has been flushed before, and only where pages are a cache; and it reads with O_DIRECT, which some file systems
    /// refuse, and others quietly do without (compressed files, small ones within their inode). What the drive itself
    /// remembers, no program can tell.
    ///
    /// - Throws: `SystemError`, also when the file ends earlier than its size says (EIO).
    package func readPastCache(
        while goesOn: () -> Bool = { true }, _ take: (RawSpan) -> Void
    ) throws(SystemError) {
        let size = try status().size
        _ = posix_fadvise(rawValue, 0, 0, POSIX_FADV_DONTNEED)
        let isDirect = (try? setDirect(true)) != nil
        defer { if isDirect { try? setDirect(false) } }
        let pages = (size / UInt64(Self.alignment)).addingReportingOverflow(1).partialValue
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(clamping: min(pages, UInt64(Self.pieces))) * Self.alignment, alignment: Self.alignment)
        defer { unsafe buffer.deallocate() }
        var offset: UInt64 = 0
        while offset < size {
            guard goesOn() else { throw SystemError("read back", errno: .interrupted) }
            var count = try unsafe readPiece(into: buffer, at: offset, isDirect)
            // Within the file, only whole blocks can be gone on from.
            if UInt64(count) < size - offset { count -= count % Self.alignment }
            guard count > 0 else { throw SystemError("read the whole file back", errno: .inputOutput) }
            take(unsafe UnsafeRawBufferPointer(buffer).bytes.extracting(first: count))
            offset += UInt64(count)
        }
    }

    /// A whole number of the blocks of any file system or disk.
    private static let alignment = 64 * 1024
    private static let pieces = 16

    /// A piece at a place, or the rest of the file.
    private func readPiece(
        into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64, _ isDirect: Bool
    ) throws(SystemError) -> Int {
        do throws(SystemError) {
            return try unsafe read(into: buffer, at: offset)
        } catch {
            // A file system that takes the flag and then refuses to read like that.
            guard isDirect, error.errno == .invalid else { throw error }
            try setDirect(false)
            return try unsafe read(into: buffer, at: offset)
        }
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(SystemError) -> Int {
        try systemCall("read back") {
            unsafe pread(rawValue, buffer.baseAddress, buffer.count, off_t(clamping: offset))
        }
    }
}
