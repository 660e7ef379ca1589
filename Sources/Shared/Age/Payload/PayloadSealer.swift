import Ciphers

/// Encrypts the chunks of one file, in any order: the same chunk gives the same bytes each time.
package struct PayloadSealer: ~Copyable, Sendable {
    private var cipher: ChaCha20Poly1305

    /// - Parameter nonce: 16 bytes, which stand in the file before the first chunk.
    package init(_ fileKey: borrowing FileKey, nonce: [UInt8]) throws(AgeError) {
        let key = try fileKey.payloadKey(nonce)
        do throws(CipherFailure) {
            cipher = try ChaCha20Poly1305(.sealing, key: key)
        } catch {
            throw AgeError(error)
        }
    }

    /// Writes a chunk to `output`, from `offset` on, 16 bytes longer than its plaintext.
    package mutating func seal(
        _ plaintext: Span<UInt8>, chunk index: UInt64, isLast: Bool, into output: inout MutableSpan<UInt8>,
        at offset: Int
    ) throws(AgeError) {
        do throws(CipherFailure) {
            try cipher.seal(plaintext, nonce: chunkNonce(index, isLast: isLast), into: &output, at: offset)
        } catch {
            throw AgeError(error)
        }
    }

    package static func makeNonce() throws(AgeError) -> [UInt8] { try FileKey.random(PayloadLayout.nonceCount) }
}
