import Ciphers

/// Where what stands in an age file, which follows from the plaintext's size alone: the header, a nonce, and the chunks.
package struct PayloadLayout: Hashable, Sendable {
    /// Bytes of the header.
    package let headerCount: UInt64
    package let plaintextCount: UInt64
    /// Bytes of the whole file.
    package let fileCount: UInt64

    /// Bytes of plaintext in a chunk; the last one may have fewer.
    package static let chunkCount = 64 * 1024
    package static let sealedChunkCount = chunkCount + ChaCha20Poly1305.tagCount
    package static let nonceCount = 16

    /// - Returns: nil when no file can be so large.
    package init?(headerCount: Int, plaintextCount: UInt64) {
        let chunk = UInt64(Self.chunkCount)
        let chunks = max(1, plaintextCount / chunk + (plaintextCount % chunk == 0 ? 0 : 1))
        let tags = chunks.multipliedReportingOverflow(by: UInt64(ChaCha20Poly1305.tagCount))
        let sealed = tags.partialValue.addingReportingOverflow(plaintextCount)
        let all = sealed.partialValue.addingReportingOverflow(UInt64(headerCount + Self.nonceCount))
        guard !tags.overflow, !sealed.overflow, !all.overflow else { return nil }
        self.headerCount = UInt64(headerCount)
        self.plaintextCount = plaintextCount
        fileCount = all.partialValue
    }

    /// Where the first chunk begins.
    package var payloadStart: UInt64 { headerCount + UInt64(Self.nonceCount) }

    /// What is in the chunk of this number, counted from 0.
    package func plaintext(ofChunk index: UInt64) -> Range<UInt64> {
        let start = min(index.multipliedReportingOverflow(by: UInt64(Self.chunkCount)).partialValue, plaintextCount)
        return start..<min(plaintextCount, start + UInt64(Self.chunkCount))
    }

    /// Whether the chunk of this number is the last one.
    package func isLast(_ index: UInt64) -> Bool { plaintext(ofChunk: index).upperBound == plaintextCount }

    /// The chunk that a byte of the file lies in, and how far behind the chunk's beginning.
    ///
    /// - Parameter offset: at least `payloadStart`.
    package func chunk(at offset: UInt64) -> (index: UInt64, skipped: Int) {
        let (index, rest) = (offset - min(offset, payloadStart)).quotientAndRemainder(
            dividingBy: UInt64(Self.sealedChunkCount))
        return (index, Int(rest))
    }
}

/// Under which nonce a chunk is sealed: its number and whether it is the last, so that none can be left out, moved or added.
func chunkNonce(_ index: UInt64, isLast: Bool) -> [UInt8] {
    var nonce: [UInt8] = [0, 0, 0]
    nonce.reserveCapacity(ChaCha20Poly1305.nonceCount)
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
        nonce.append(UInt8(truncatingIfNeeded: index >> shift))
    }
    nonce.append(isLast ? 1 : 0)
    return nonce
}
