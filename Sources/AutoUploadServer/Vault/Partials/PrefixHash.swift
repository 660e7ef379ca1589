import Platform
import Transport
import Wire

/// The SHA-256 of a growing file's first bytes.
struct PrefixHash: ~Copyable {
    /// Bytes that it covers.
    private(set) var count: UInt64 = 0
    private var hasher: ContentHasher? = ContentHasher()

    /// Bytes that are read at a time: whoever wants to take the upload over waits for no more.
    private static let piece: UInt64 = 8 << 20

    mutating func update(_ bytes: RawSpan) {
        hasher?.update(bytes)
        count += UInt64(bytes.byteCount)
    }

    /// Reads the next piece of the file, up to `end` at most. The descriptor's position is then anywhere.
    ///
    /// - Throws: EIO also when the file ends before.
    mutating func read(from file: borrowing FileDescriptor, to end: UInt64) throws(SystemError) {
        try file.seek(to: count)
        let wanted = min(end - min(end, count), Self.piece)
        guard let read = try hasher?.update(reading: wanted, of: file), read == wanted else {
            throw SystemError("read what came before", errno: .inputOutput)
        }
        count += wanted
    }

    /// Nothing can be added any more.
    var isFinished: Bool {
        switch hasher {
        case .some: false
        case nil: true
        }
    }

    /// - Returns: nil when it was finished before, or OpenSSL had no memory.
    mutating func finish() -> ContentDigest? {
        guard let whole = hasher.take() else { return nil }
        return whole.finalize()
    }
}
