internal import COpenSSL

/// Bytes that were received and not yet taken: one piece of memory, given back while a link is idle.
@safe struct InputBuffer: ~Copyable {
    private var memory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var start = 0
    private var end = 0
    /// Bytes that have ever been filled: passwords come this way, so they are overwritten before the memory is given back.
    private var used = 0

    deinit {
        unsafe Self.giveBack(memory, used)
    }

    /// Bytes at hand.
    var count: Int { end - start }
    var isEmpty: Bool { start == end }
    var capacity: Int { unsafe memory.count }

    /// Makes room for `size` bytes in all, those at hand included, which move to the front.
    mutating func makeRoom(for size: Int) {
        if start == end { (start, end) = (0, 0) }
        if unsafe start + size <= memory.count { return }
        if unsafe size <= memory.count {
            unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
        } else {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
            unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
            unsafe Self.giveBack(memory, used)
            unsafe memory = larger
            used = end - start
        }
        (start, end) = (0, end - start)
    }

    /// Gives the memory back.
    mutating func release() {
        guard isEmpty else { return }
        unsafe Self.giveBack(memory, used)
        unsafe memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        (start, end, used) = (0, 0, 0)
    }

    @safe private static func giveBack(_ memory: UnsafeMutableRawBufferPointer, _ used: Int) {
        if let first = memory.baseAddress { unsafe OPENSSL_cleanse(first, used) }
        unsafe memory.deallocate()
    }

    /// Takes what has come over the channel into the free part, without waiting.
    ///
    /// - Returns: bytes taken; nil when none have come or there is no room, 0 at the peer's end and only then.
    mutating func receive(from channel: borrowing ByteChannel) throws(LinkError) -> Int? {
        if end == capacity { makeRoom(for: capacity) }
        guard end < capacity else { return nil }
        let count = try channel.readAvailable(into: unsafe UnsafeMutableRawBufferPointer(rebasing: memory[end...]))
        if let count { end = min(end + count, capacity) }
        used = max(used, end)
        return count
    }

    /// Lends the first `size` bytes at hand, and drops them.
    mutating func take<R, E: Error>(_ size: Int, _ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        let size = min(size, count)
        let range = start..<(start + size)
        start += size
        return try unsafe body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[range])))
    }

    /// Lends the first `size` bytes at hand, which stay.
    func peek<R, E: Error>(_ size: Int, _ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        let range = start..<(start + min(size, count))
        return try unsafe body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[range])))
    }
}
