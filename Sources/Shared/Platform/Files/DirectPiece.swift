internal import CSystemShims
internal import Glibc

/// A file that pieces are written to past the page cache.
final class DirectFile: Sendable {
    let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }
}

/// Takes bytes in their order, each once, from one thread at a time.
package typealias DirectReader = @Sendable (RawSpan) -> Void

/// Bytes that are to be written to one place of a file.
final class DirectPiece: Sendable {
    private let memory: AlignedMemory
    private let count: Int
    private let position: UInt64
    private let file: DirectFile
    private let reader: DirectReader
    private let state = Monitor<State>(State())

    private struct State {
        var outcome = Outcome.none
        var isBeingRead = false
    }

    private enum Outcome {
        case none, underWay
        /// So many bytes, from the first on.
        case written(Int)
        case refused
        case failed(SystemError)
    }

    init(
        _ memory: AlignedMemory, count: Int, at position: UInt64, in file: DirectFile, reader: @escaping DirectReader
    ) {
        self.memory = memory
        self.count = count
        self.position = position
        self.file = file
        self.reader = reader
    }

    /// Lets other threads write what of it is whole blocks, and meanwhile read all of it.
    func begin() {
        state.change { $0 = State(outcome: .underWay, isBeingRead: true) }
        Self.aside { [self] in writePastCache() }
        Self.aside { [self] in read() }
    }

    private static func aside(_ work: @escaping @Sendable () -> Void) {
        // Where there is no thread for it, it is done here.
        if (try? Thread.detach(work)) == nil { work() }
    }

    /// Lends all of it to the reader.
    func read() {
        unsafe memory.withBytes(0..<count) { bytes in unsafe reader(bytes.bytes) }
        state.change { $0.isBeingRead = false }
    }

    /// Writes what of it is whole blocks.
    func writePastCache() {
        let whole = count - count % AlignedMemory.alignment
        let result = whole == 0 ? .written(0) : write(whole)
        state.change { $0.outcome = result }
    }

    private func write(_ count: Int) -> Outcome {
        do throws(SystemError) {
            let written = try unsafe memory.withBytes(0..<count) { bytes throws(SystemError) in
                try unsafe file.descriptor.writePastCache(bytes, at: position)
            }
            return written.map { .written($0) } ?? .refused
        } catch {
            return .failed(error)
        }
    }

    /// Waits until nobody reads or writes it any more.
    ///
    /// - Returns: whether the file system doesn't write like that.
    func awaitEnd() throws(SystemError) -> Bool {
        let outcome = state.wait { state -> Outcome? in
            if case .underWay = state.outcome { return nil }
            return state.isBeingRead ? nil : state.outcome
        }
        switch outcome {
        case .none, .underWay, .written: return false
        case .refused: return true
        case .failed(let error): throw error
        }
    }

    /// Writes by way of the page cache what hasn't been written past it: an end that is no whole block, or all of it.
    func writeRest() throws(SystemError) {
        var written = 0
        if case .written(let bytes) = state.withLock({ $0.outcome }) { written = bytes }
        try unsafe memory.withBytes(written..<count) { bytes throws(SystemError) in
            try file.descriptor.write(unsafe bytes.bytes, at: position + UInt64(written))
        }
    }
}

/// Memory as O_DIRECT wants it: a mapping of its own (mmap(2)), in large pages where the system has them, as a disk takes
/// a large page in one go and hundreds of small ones one by one.
@safe final class AlignedMemory: @unchecked Sendable {
    // Sendable: who fills it lets go of it before another thread reads it, and takes it back when that is done.
    private let mapping: UnsafeMutableRawBufferPointer
    private let bytes: UnsafeMutableRawBufferPointer

    /// A whole number of the blocks of any file system or disk.
    static let alignment = 4096
    private static let largePage = 2 << 20

    /// - Parameter size: bytes, in whole blocks.
    /// - Throws: `SystemError` (ENOMEM) when there is no memory for it.
    init(_ size: Int) throws(SystemError) {
        let size = max(1, size / Self.alignment) * Self.alignment
        let isLarge = size.isMultiple(of: Self.largePage)
        let span = isLarge ? size + Self.largePage : size
        let start = unsafe mmap(nil, span, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else {
            throw SystemError("get memory for a large upload", errno: .current)
        }
        unsafe mapping = UnsafeMutableRawBufferPointer(start: start, count: span)
        let first = unsafe isLarge ? start.alignedUp(toMultipleOf: Self.largePage) : start
        unsafe bytes = UnsafeMutableRawBufferPointer(start: first, count: size)
        // What the system makes of it changes nothing but the speed.
        if isLarge { unsafe madvise(first, size, MADV_HUGEPAGE) }
    }

    deinit {
        unsafe munmap(mapping.baseAddress, mapping.count)
    }

    var size: Int { unsafe bytes.count }

    func fill(from start: Int, _ piece: RawSpan) {
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
        unsafe piece.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }

    func withBytes<R, E: Error>(
        _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
}

extension FileDescriptor {
    /// Writes whole blocks from aligned memory past the page cache, at an aligned position.
    ///
    /// - Returns: bytes written, as pwrite(2) does; nil where the file system can't.
    fileprivate func writePastCache(
        _ bytes: UnsafeRawBufferPointer, at position: UInt64
    ) throws(SystemError) -> Int? {
        guard (try? setDirect(true)) != nil else { return nil }
        defer { try? setDirect(false) }
        do throws(SystemError) {
            return try systemCall("write") {
                unsafe pwrite(rawValue, bytes.baseAddress, bytes.count, off_t(clamping: position))
            }
        } catch {
            // A file system that takes the flag and then refuses to write like that.
            if error.errno == .invalid || error.errno == .notSupported { return nil }
            throw error
        }
    }

    /// Whether reads and writes go past the page cache from now on. No other thread may use the descriptor meanwhile, nor one
    /// that is a duplicate of it.
    func setDirect(_ isDirect: Bool) throws(SystemError) {
        let flags = try systemCall("read a descriptor's flags") { fcntl(rawValue, F_GETFL) }
        let wanted = isDirect ? flags | shim_O_DIRECT : flags & ~shim_O_DIRECT
        try systemCall("go past the page cache") { fcntl(rawValue, F_SETFL, wanted) }
    }
}
