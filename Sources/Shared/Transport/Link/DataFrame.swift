package import Platform
internal import Wire

/// A `data` frame in one piece of memory, header and payload side by side, used again for frame after frame: a file is read
/// straight into it and TLS takes it from there.
@safe package final class DataFrame: @unchecked Sendable {
    // Sendable: it has one owner, who fills it; while other threads have it, they and the owner only read it.
    private let whole: UnsafeMutableRawBufferPointer
    /// What of it a frame may take: the payload begins on a page. A few bytes behind the beginning of one, copying to it from
    /// the beginning of another, such as the page cache's, takes the processor three times as long.
    private let memory: UnsafeMutableRawBufferPointer
    private var size = 0

    private static let page = 4096

    /// - Parameter capacity: bytes of payload at most.
    package init(capacity: Int) {
        unsafe whole = .allocate(byteCount: Self.page + capacity, alignment: Self.page)
        unsafe memory = UnsafeMutableRawBufferPointer(rebasing: whole[(Self.page - FrameHeader.encodedSize)...])
    }

    deinit {
        unsafe whole.deallocate()
    }

    /// Reads the next bytes of a file as this frame's payload.
    ///
    /// - Parameter limit: bytes to read at most.
    /// - Returns: bytes read; 0 at the end of the file, with no frame to send then.
    package func read(
        from file: borrowing FileDescriptor, limit: UInt64, upload: UInt32
    ) throws(SystemError) -> Int {
        let room = unsafe memory.count - FrameHeader.encodedSize
        let wanted = Int(min(limit, UInt64(room)))
        let start = FrameHeader.encodedSize
        let count = try file.read(
            into: unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start..<(start + wanted)]))
        setPayload(count, upload)
        return count
    }

    /// Takes as this frame's payload what `body` writes.
    ///
    /// - Parameters:
    ///   - limit: bytes at most.
    ///   - body: returns how many it has written.
    /// - Returns: the same; 0 with no frame to send.
    package func fill<E: Error>(
        limit: UInt64, upload: UInt32, _ body: (inout MutableSpan<UInt8>) throws(E) -> Int
    ) throws(E) -> Int {
        let start = FrameHeader.encodedSize
        let wanted = Int(min(limit, unsafe UInt64(memory.count - start)))
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start..<(start + wanted)])
        var span = unsafe MutableSpan<UInt8>(_unsafeBytes: part)
        let count = min(try body(&span), wanted)
        setPayload(count, upload)
        return count
    }

    private func setPayload(_ count: Int, _ upload: UInt32) {
        var header: [UInt8] = []
        FrameHeader(type: .data, upload: upload, length: UInt32(clamping: count)).encode(into: &header)
        unsafe memory.copyBytes(from: header)
        size = header.count + count
    }

    /// Lends the payload.
    package func withPayload<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        let range = FrameHeader.encodedSize..<max(size, FrameHeader.encodedSize)
        return try unsafe body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[range])))
    }

    /// Lends header and payload.
    func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try unsafe body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[..<size])))
    }
}
