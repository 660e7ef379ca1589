import Ciphers
import Platform

/// Decrypts the chunks of one file as they come. Nothing is given out that hasn't proved right; whether all of it was there
/// shows only at the end.
struct PayloadOpener: ~Copyable {
    private var cipher: ChaCha20Poly1305
    private var index: UInt64 = 0
    /// The chunk that is on its way, which is opened once it is known whether another one follows.
    private var pending = [UInt8](repeating: 0, count: PayloadLayout.sealedChunkCount)
    private var filled = 0

    init(_ fileKey: borrowing FileKey, nonce: [UInt8]) throws(AgeError) {
        let key = try fileKey.payloadKey(nonce)
        do throws(CipherFailure) {
            cipher = try ChaCha20Poly1305(.opening, key: key)
        } catch {
            throw AgeError(error)
        }
    }

    /// Takes the next bytes of the payload, and appends what they say.
    mutating func take(_ bytes: Span<UInt8>, into plaintext: inout [UInt8]) throws(AgeError) {
        var rest = bytes
        while !rest.isEmpty {
            if filled == PayloadLayout.sealedChunkCount { try open(isLast: false, into: &plaintext) }
            let count = min(rest.count, PayloadLayout.sealedChunkCount - filled)
            let start = filled
            var room = pending.mutableSpan
            room.copy(rest.extracting(first: count), at: start)
            filled += count
            rest = rest.extracting(droppingFirst: count)
        }
    }

    /// The payload has ended.
    mutating func finish(into plaintext: inout [UInt8]) throws(AgeError) {
        guard filled >= ChaCha20Poly1305.tagCount else { throw .payload("it is cut off") }
        guard index == 0 || filled > ChaCha20Poly1305.tagCount else { throw .payload("its last chunk is empty") }
        try open(isLast: true, into: &plaintext)
    }

    private mutating func open(isLast: Bool, into plaintext: inout [UInt8]) throws(AgeError) {
        // Lent out, so that it is read while the cipher changes.
        var sealed: [UInt8] = []
        swap(&sealed, &pending)
        defer { swap(&sealed, &pending) }
        let start = plaintext.count
        let count = filled - ChaCha20Poly1305.tagCount
        plaintext.append(contentsOf: [UInt8](repeating: 0, count: count))
        var room = plaintext.mutableSpan
        let isRight = cipher.open(
            sealed.span.extracting(first: filled), nonce: chunkNonce(index, isLast: isLast), into: &room, at: start)
        guard isRight else {
            plaintext.removeLast(count)
            let what =
                isLast
                ? "chunk \(index), the last one, was changed, or what follows it is missing"
                : "chunk \(index) was changed"
            throw .payload(what)
        }
        filled = 0
        index += 1
    }
}
