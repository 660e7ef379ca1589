import Domain
import Platform
import Transport

/// The SHA-256 of a growing file's first bytes. Bytes of a large file are added by other threads, one after the other.
final class PrefixHash: Sendable {
    private struct State: ~Copyable {
        var count: UInt64 = 0
        var hasher: ContentHasher? = ContentHasher()
        var result: ContentDigest?
    }

    private let state = Monitor(State())

    /// Bytes that are read at a time: whoever wants to take the upload over waits for no more.
    private static let piece: UInt64 = 8 << 20

    /// Bytes that it covers.
    var count: UInt64 { state.withLock { $0.count } }

    func update(_ bytes: RawSpan) {
        state.withLock { state in
            state.hasher?.update(bytes)
            state.count += UInt64(bytes.byteCount)
        }
    }

    /// Reads the next piece of the file, up to `end` at most. The descriptor's position is then anywhere.
    ///
    /// - Throws: EIO also when the file ends before. Nothing can be added after an error: a part of the piece may be in.
    func read(from file: borrowing FileDescriptor, to end: UInt64) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            var hasher = state.hasher.take()
            try file.seek(to: state.count)
            let wanted = min(end - min(end, state.count), Self.piece)
            guard let read = try hasher?.update(reading: wanted, of: file), read == wanted else {
                throw SystemError("read what came before", errno: .inputOutput)
            }
            state.count += wanted
            state.hasher = hasher.take()
        }
    }

    /// Nothing can be added any more.
    var isFinished: Bool {
        state.withLock { state in
            switch state.hasher {
            case .some: false
            case nil: true
            }
        }
    }

    /// - Returns: the same each time; nil when OpenSSL had no memory.
    func finish() -> ContentDigest? {
        state.withLock { state in
            if let whole = state.hasher.take() { state.result = whole.finalize() }
            return state.result
        }
    }
}
