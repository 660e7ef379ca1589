import Age
import Domain
import Platform
import Transport

/// The bytes of an age file, made of its content as they are read, from the beginning to the end.
struct SealedStream: ~Copyable {
    private let layout: PayloadLayout
    /// Nil while it is `ahead`.
    private var sealing: ChunkSealing?
    private var ahead: SealingAhead?
    /// Whether it may be.
    private var mayRunAhead = false
    private var isOver = false
    /// Bytes that are sealed, of which so many were given out.
    private var pending: [UInt8]
    private var given = 0
    /// Bytes given out.
    private(set) var position: UInt64 = 0

    private init(_ sealing: consuming ChunkSealing, opening: [UInt8]) {
        layout = sealing.layout
        self.sealing = consume sealing
        pending = opening
    }

    deinit {
        ahead?.end()
    }

    /// - Parameters:
    ///   - expected: how far the seal was used before.
    ///   - goingBeyond: makes sure that nobody takes `expected` for all that was ever sealed.
    static func make(
        _ seal: Seal, plaintextCount: UInt64, expecting expected: SealMark? = nil,
        goingBeyond: (@Sendable () throws(FileFlaw) -> Void)? = nil
    ) throws(AgeError) -> SealedStream {
        guard let layout = seal.layout(plaintextCount: plaintextCount) else { throw .payload("it is too large") }
        guard let proof = SealProof(seal, expected: expected) else { throw .cipher("OpenSSL has no memory") }
        let sealing = ChunkSealing(layout, try seal.sealer(), proof, goingBeyond: goingBeyond)
        return SealedStream(sealing, opening: seal.opening)
    }

    /// Bytes that there are in all.
    var count: UInt64 { layout.fileCount }
    var isComplete: Bool { position >= layout.fileCount }

    /// Whether nothing that was sealed before is unproved.
    var isProved: Bool {
        switch sealing {
        case .some(let sealing): sealing.isProved
        case .none: true
        }
    }

    /// How far the seal was used by now; nil when it isn't further than was known.
    var mark: SealMark? {
        switch sealing {
        case .some(let sealing): sealing.mark
        case .none: ahead?.mark
        }
    }

    /// The hash of the content, once all of it was read.
    consuming func contentDigest() -> ContentDigest? {
        var stream = self
        if let ahead = stream.ahead { stream.sealing = ahead.take() }
        guard let sealing = stream.sealing.take() else { return nil }
        return sealing.contentDigest()
    }

    /// Lets another thread read and seal what comes next, beside what is done with what came before. The source is then read by nobody
    /// else until all is given out, or this goes.
    mutating func sealAside() {
        mayRunAhead = true
    }

    /// Looks at what was sealed before and comes next, without giving it out: until `isProved`.
    mutating func prove(from source: borrowing FileDescriptor) throws(FileFlaw) {
        try sealing?.prove(from: source)
    }

    /// Gives out the next bytes: as many as there is room for, but at the end.
    mutating func read(
        into output: inout MutableSpan<UInt8>, limit: UInt64, from source: borrowing FileDescriptor
    ) throws(FileFlaw) -> Int {
        let room = Int(min(UInt64(output.count), limit))
        var count = 0
        while count < room {
            if given < pending.count {
                let part = min(room - count, pending.count - given)
                output.copy(pending.span.extracting(given..<(given + part)), at: count)
                (given, count) = (given + part, count + part)
            } else if isOver {
                break
            } else {
                count += try makeMore(into: &output, at: count, room: room - count, from: source)
            }
        }
        position += UInt64(count)
        return count
    }
}

// MARK: - Making more

extension SealedStream {
    /// - Returns: bytes that were written to the output; what isn't is pending.
    private mutating func makeMore(
        into output: inout MutableSpan<UInt8>, at offset: Int, room: Int, from source: borrowing FileDescriptor
    ) throws(FileFlaw) -> Int {
        beginAhead(source)
        if let ahead {
            var used: [UInt8] = []
            swap(&used, &pending)
            given = 0
            guard let piece = try ahead.next(returning: used) else {
                isOver = true
                return 0
            }
            pending = piece
            return 0
        }
        guard let next = nextCount else { throw .changed }
        if room < next {
            try sealAside(next, from: source)
            return 0
        }
        return try sealNext(into: &output, at: offset, from: source)
    }

    private var nextCount: Int? {
        switch sealing {
        case .some(let sealing): sealing.nextCount
        case .none: nil
        }
    }

    /// Not before something new is sealed: what comes before that is said to the state, which belongs to one thread.
    private mutating func beginAhead(_ source: borrowing FileDescriptor) {
        guard mayRunAhead, isWorthRunningAhead, let copy = try? source.duplicate(), let sealing = sealing.take() else {
            return
        }
        mayRunAhead = false
        let ahead = SealingAhead(sealing, from: copy)
        if (try? ahead.start()) == nil { self.sealing = ahead.take() } else { self.ahead = ahead }
    }

    private var isWorthRunningAhead: Bool {
        switch sealing {
        case .some(let sealing): sealing.sealsNew && SealingAhead.helps(sealing)
        case .none: false
        }
    }

    private mutating func sealAside(_ count: Int, from source: borrowing FileDescriptor) throws(FileFlaw) {
        var room: [UInt8] = []
        swap(&room, &pending)
        if room.count != count { room = [UInt8](repeating: 0, count: count) }
        var span = room.mutableSpan
        _ = try sealNext(into: &span, at: 0, from: source)
        swap(&room, &pending)
        given = 0
    }

    /// - Returns: bytes that were written.
    private mutating func sealNext(
        into output: inout MutableSpan<UInt8>, at offset: Int, from source: borrowing FileDescriptor
    ) throws(FileFlaw) -> Int {
        let count = try sealing?.sealNext(into: &output, at: offset, from: source) ?? 0
        isOver = isSealed
        return count
    }

    private var isSealed: Bool {
        switch sealing {
        case .some(let sealing): sealing.isOver
        case .none: true
        }
    }
}
