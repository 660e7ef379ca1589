import Age

/// Proves that what is sealed again is what was sealed before, up to where that is noted.
struct SealProof {
    /// How far the seal is known to have been used; nil where nothing was sealed before, or nothing is to be proved.
    private let expected: SealMark?
    /// What was sealed by now.
    private(set) var mark: SealMark
    /// What chunks were closed with that were only looked at, to be sealed once more when they are sent.
    private var lookedAt: [UInt8] = []
    private var firstLookedAt: UInt64 = 0

    private static let tagCount = 16
    /// Of 4 GiB. Whoever would send more once more may as well begin anew.
    private static let mostLookedAt = 65_536

    /// - Returns: nil when OpenSSL has no memory.
    init?(_ seal: Seal, expected: SealMark?) {
        guard let unused = SealMark.unused(seal) else { return nil }
        mark = unused
        self.expected = expected
    }

    /// Whether nothing that was sealed before is unproved.
    var isComplete: Bool { expected.map { mark.chunks >= $0.chunks } ?? true }

    /// Whether a chunk may have been sealed before.
    func concerns(_ chunk: UInt64) -> Bool { expected.map { chunk < $0.chunks } ?? false }

    /// Takes what the next chunk was closed with, or one that was looked at before.
    ///
    /// - Throws: `.unlikeBefore` when another content was sealed before.
    mutating func take(_ tag: [UInt8], of chunk: UInt64) throws(FileFlaw) {
        guard chunk >= mark.chunks else {
            let start = Int(clamping: chunk - firstLookedAt) * Self.tagCount
            guard start < lookedAt.count, lookedAt[start..<(start + Self.tagCount)] == tag[...] else {
                throw .unlikeBefore
            }
            return
        }
        guard chunk == mark.chunks, let next = mark.adding(tag) else { throw .unlikeBefore }
        mark = next
        if let expected, expected.chunks == next.chunks, expected != next { throw .unlikeBefore }
    }

    /// The same for a chunk that is sealed once more later.
    mutating func look(_ tag: [UInt8]) throws(FileFlaw) {
        if lookedAt.isEmpty { firstLookedAt = mark.chunks }
        guard lookedAt.count < Self.mostLookedAt * Self.tagCount else { throw .unlikeBefore }
        lookedAt += tag
        try take(tag, of: mark.chunks)
    }
}
