import Age
import Domain
import Platform
import Transport

/// Seals the chunks of one file in their order, as its content is read from its beginning to its end.
struct ChunkSealing: ~Copyable, Sendable {
    let layout: PayloadLayout
    private var sealer: PayloadSealer
    private var proof: SealProof
    /// The chunk that is sealed next.
    private var chunk: UInt64 = 0
    /// Whether all are sealed.
    private(set) var isOver = false
    private var plaintext = [UInt8](repeating: 0, count: PayloadLayout.chunkCount)
    private var hasher = ContentHasher()
    /// Is called before the first chunk is sealed that wasn't before.
    private let goingBeyond: (@Sendable () throws(FileFlaw) -> Void)?
    /// Whether chunks were sealed that weren't before.
    private(set) var sealsNew = false

    private static let tagCount = PayloadLayout.sealedChunkCount - PayloadLayout.chunkCount
    /// Chunks that are looked at in one go.
    private static let lookedAtTogether = 4

    init(
        _ layout: PayloadLayout, _ sealer: consuming PayloadSealer, _ proof: SealProof,
        goingBeyond: (@Sendable () throws(FileFlaw) -> Void)?
    ) {
        self.layout = layout
        self.sealer = sealer
        self.proof = proof
        self.goingBeyond = goingBeyond
    }

    /// Whether nothing that was sealed before is unproved.
    var isProved: Bool { proof.isComplete }

    /// How far the seal was used by now; nil when it isn't further than was known.
    var mark: SealMark? { sealsNew ? proof.mark : nil }

    /// Bytes that the next chunk takes, sealed.
    var nextCount: Int { size(of: chunk) + Self.tagCount }

    /// Bytes of content that haven't been sealed.
    var remaining: UInt64 {
        isOver ? 0 : layout.plaintextCount - min(layout.plaintextCount, chunk * UInt64(PayloadLayout.chunkCount))
    }

    /// The hash of the content, once all of it was read.
    consuming func contentDigest() -> ContentDigest? {
        isOver ? hasher.finalize() : nil
    }

    /// Seals the next chunk.
    ///
    /// - Returns: bytes that were written.
    mutating func sealNext(
        into output: inout MutableSpan<UInt8>, at offset: Int, from source: borrowing FileDescriptor
    ) throws(FileFlaw) -> Int {
        if !sealsNew, !proof.concerns(chunk) {
            try goingBeyond?()
            sealsNew = true
        }
        let count = try seal(chunk, into: &output, at: offset, from: source, isHashed: true)
        try proof.take(Self.tag(before: offset + count, in: output), of: chunk)
        isOver = layout.isLast(chunk)
        chunk += 1
        return count
    }

    /// Looks at what was sealed before and comes next, without giving it out: until `isProved`.
    mutating func prove(from source: borrowing FileDescriptor) throws(FileFlaw) {
        var scratch = [UInt8](repeating: 0, count: PayloadLayout.sealedChunkCount)
        for _ in 0..<Self.lookedAtTogether where !isProved {
            let index = proof.mark.chunks
            guard index == 0 || !layout.isLast(index - 1) else { throw .unlikeBefore }
            var room = scratch.mutableSpan
            let count = try seal(index, into: &room, at: 0, from: source, isHashed: false)
            try proof.look(Self.tag(before: count, in: room))
        }
        guard isProved else { return }
        try FileFlaw.wrapping { () throws(SystemError) in try source.seek(to: chunk * UInt64(PayloadLayout.chunkCount))
        }
    }

    /// What a chunk was closed with.
    private static func tag(before end: Int, in output: borrowing MutableSpan<UInt8>) -> [UInt8] {
        ((end - tagCount)..<end).map { output[$0] }
    }

    private func size(of chunk: UInt64) -> Int {
        let range = layout.plaintext(ofChunk: chunk)
        return Int(range.upperBound - range.lowerBound)
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
