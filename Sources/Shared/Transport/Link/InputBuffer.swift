/// Bytes that were received and not yet taken: one piece of memory, given back while a link is idle.
@safe struct InputBuffer: ~Copyable {
    private var memory = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var start = 0
    private var end = 0

    deinit {
        unsafe memory.deallocate()
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
            unsafe memory.deallocate()
            unsafe memory = larger
        }
        (start, end) = (0, end - start)
    }

    /// Gives the memory back.
    mutating func release() {
        guard isEmpty else { return }
        unsafe memory.deallocate()
        unsafe memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        (start, end) = (0, 0)
    }

    /// Takes what has come over the channel into the free part, without waiting.
    ///
    /// - Returns: bytes taken; nil when none have come or there is no room, 0 at the peer's end and only then.
    mutating func receive(from channel: borrowing ByteChannel) throws(LinkError) -> Int? {
        if end == capacity { makeRoom(for: capacity) }
        guard end < capacity else { return nil }
        let count = try channel.readAvailable(into: unsafe UnsafeMutableRawBufferPointer(rebasing: memory[end...]))
        if let count { end = min(end + count, capacity) }
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
