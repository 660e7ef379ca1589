import Age
import Domain
import Platform
import Transport

/// The bytes of an age file, made of its content as they are read, from the beginning to the end.
struct SealedStream: ~Copyable {
    private let layout: PayloadLayout
    private var sealer: PayloadSealer
    private var proof: SealProof
    /// The chunk that is sealed next.
    private var chunk: UInt64 = 0
    private var isOver = false
    /// Bytes that are sealed, of which so many were given out.
    private var pending: [UInt8]
    private var given = 0
    private var plaintext = [UInt8](repeating: 0, count: PayloadLayout.chunkCount)
    private var hasher = ContentHasher()
    /// Bytes given out.
    private(set) var position: UInt64 = 0
    /// Is called before the first chunk is sealed that wasn't before.
    private var goingBeyond: (() throws(FileFlaw) -> Void)?
    private var sealsNew = false

    private static let tagCount = PayloadLayout.sealedChunkCount - PayloadLayout.chunkCount
    /// Chunks that are looked at in one go.
    private static let lookedAtTogether = 4

    private init(
        _ layout: PayloadLayout, _ sealer: consuming PayloadSealer, _ proof: SealProof, opening: [UInt8],
        _ goingBeyond: (() throws(FileFlaw) -> Void)?
    ) {
        self.layout = layout
        self.sealer = sealer
        self.proof = proof
        pending = opening
        self.goingBeyond = goingBeyond
    }

    /// - Parameters:
    ///   - expected: how far the seal was used before.
    ///   - goingBeyond: makes sure that nobody takes `expected` for all that was ever sealed.
    static func make(
        _ seal: Seal, plaintextCount: UInt64, expecting expected: SealMark? = nil,
        goingBeyond: (() throws(FileFlaw) -> Void)? = nil
    ) throws(AgeError) -> SealedStream {
        guard let layout = seal.layout(plaintextCount: plaintextCount) else { throw .payload("it is too large") }
        guard let proof = SealProof(seal, expected: expected) else { throw .cipher("OpenSSL has no memory") }
        return SealedStream(layout, try seal.sealer(), proof, opening: seal.opening, goingBeyond)
    }

    /// Bytes that there are in all.
    var count: UInt64 { layout.fileCount }
    var isComplete: Bool { position >= layout.fileCount }
    /// Whether nothing that was sealed before is unproved.
    var isProved: Bool { proof.isComplete }

    /// How far the seal was used by now; nil when it isn't further than was known.
    var mark: SealMark? { sealsNew ? proof.mark : nil }

    /// The hash of the content, once all of it was read.
    consuming func contentDigest() -> ContentDigest? {
        isOver ? hasher.finalize() : nil
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
            } else if room - count >= size(of: chunk) + Self.tagCount {
                count += try sealNext(into: &output, at: count, from: source)
            } else {
                try sealAside(from: source)
            }
        }
        position += UInt64(count)
        return count
    }

    /// Looks at what was sealed before and comes next, without giving it out: until `isProved`.
    mutating func prove(from source: borrowing FileDescriptor) throws(FileFlaw) {
        var scratch = [UInt8](repeating: 0, count: PayloadLayout.sealedChunkCount)
        for _ in 0..<Self.lookedAtTogether where !isProved {
            let index = proof.mark.chunks
            guard index == 0 || !layout.isLast(index - 1) else { throw .unlikeBefore }
            var room = scratch.mutableSpan
            let size = try seal(index, into: &room, at: 0, from: source, isHashed: false)
            try proof.look(Array(scratch[(size - Self.tagCount)..<size]))
        }
        guard isProved else { return }
        try FileFlaw.wrapping { () throws(SystemError) in try source.seek(to: chunk * UInt64(PayloadLayout.chunkCount))
        }
    }

    private func size(of chunk: UInt64) -> Int {
        let range = layout.plaintext(ofChunk: chunk)
        return Int(range.upperBound - range.lowerBound)
    }

    private mutating func sealAside(from source: borrowing FileDescriptor) throws(FileFlaw) {
        var room: [UInt8] = []
        swap(&room, &pending)
        if room.count != PayloadLayout.sealedChunkCount {
            room = [UInt8](repeating: 0, count: PayloadLayout.sealedChunkCount)
        }
        var span = room.mutableSpan
        let size = try sealNext(into: &span, at: 0, from: source)
        room.removeLast(room.count - size)
        swap(&room, &pending)
        given = 0
    }

    /// - Returns: bytes that were written.
    private mutating func sealNext(
        into output: inout MutableSpan<UInt8>, at offset: Int, from source: borrowing FileDescriptor
    ) throws(FileFlaw) -> Int {
        if !sealsNew, !proof.concerns(chunk) {
            try goingBeyond?()
            sealsNew = true
        }
        let size = try seal(chunk, into: &output, at: offset, from: source, isHashed: true)
        var tag: [UInt8] = []
        for index in (offset + size - Self.tagCount)..<(offset + size) { tag.append(output[index]) }
        try proof.take(tag, of: chunk)
        isOver = layout.isLast(chunk)
        chunk += 1
        return size
    }

    private mutating func seal(
        _ index: UInt64, into output: inout MutableSpan<UInt8>, at offset: Int, from source: borrowing FileDescriptor,
        isHashed: Bool
    ) throws(FileFlaw) -> Int {
        let size = size(of: index)
        var plain: [UInt8] = []
        swap(&plain, &plaintext)
        defer { swap(&plain, &plaintext) }
        if plain.count != size { plain = [UInt8](repeating: 0, count: size) }
        let count = try FileFlaw.wrapping { () throws(SystemError) in
            try plain.withUnsafeMutableBytesTyped { memory throws(SystemError) in try source.read(into: memory) }
        }
        guard count == size else { throw .changed }
        if isHashed { plain.span.withRawBytes { hasher.update($0) } }
        do throws(AgeError) {
            try sealer.seal(plain.span, chunk: index, isLast: layout.isLast(index), into: &output, at: offset)
        } catch {
            throw .age(error)
        }
        return size + Self.tagCount
    }
}
