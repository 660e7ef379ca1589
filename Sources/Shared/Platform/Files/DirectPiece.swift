internal import CSystemShims
internal import Glibc

/// A file that pieces are written to past the page cache.
final class DirectFile: Sendable {
    let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }
}

/// Bytes that are to be written to one place of a file.
final class DirectPiece: Sendable {
    let memory: AlignedMemory
    private let count: Int
    private let position: UInt64
    private let file: DirectFile
    private let outcome = Monitor<Outcome>(.none)

    private enum Outcome {
        case none, underWay
        /// So many bytes, from the first on.
        case written(Int)
        case refused
        case failed(SystemError)
    }

    init(_ memory: AlignedMemory, count: Int, at position: UInt64, in file: DirectFile) {
        self.memory = memory
        self.count = count
        self.position = position
        self.file = file
    }

    /// Lets another thread write what of it is whole blocks.
    func begin() {
        outcome.change { $0 = .underWay }
        // Where there is no thread for it, it is done here.
        if (try? Thread.detach { [self] in writePastCache() }) == nil { writePastCache() }
    }

    /// Writes what of it is whole blocks.
    func writePastCache() {
        let whole = count - count % AlignedMemory.alignment
        let result = whole == 0 ? .written(0) : write(whole)
        outcome.change { $0 = result }
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

    /// - Returns: whether the file system doesn't write like that.
    func awaitWriting() throws(SystemError) -> Bool {
        let outcome = outcome.wait { outcome -> Outcome? in
            if case .underWay = outcome { nil } else { outcome }
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
        if case .written(let bytes) = outcome.withLock({ $0 }) { written = bytes }
        try unsafe memory.withBytes(written..<count) { bytes throws(SystemError) in
            try file.descriptor.write(unsafe bytes.bytes, at: position + UInt64(written))
        }
    }
}

/// Memory as O_DIRECT wants it.
@safe final class AlignedMemory: @unchecked Sendable {
    // Sendable: who fills it lets go of it before another thread reads it, and takes it back when that is done.
    private let bytes: UnsafeMutableRawBufferPointer

    /// A whole number of the blocks of any file system or disk.
    static let alignment = 4096

    /// - Parameter size: bytes, in whole blocks.
    init(_ size: Int) {
        unsafe bytes = .allocate(byteCount: max(1, size / Self.alignment) * Self.alignment, alignment: Self.alignment)
    }

    deinit {
        unsafe bytes.deallocate()
    }

    var size: Int { unsafe bytes.count }

    func fill(from start: Int, _ piece: RawSpan) {
        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
        unsafe piece.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }

    func withBytes<R>(
        _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(SystemError) -> R
    ) throws(SystemError) -> R {
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
