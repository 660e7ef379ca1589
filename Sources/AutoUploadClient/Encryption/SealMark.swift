import Age
import Domain
import Transport

/// How far a seal was used, and on what: a hash over what every chunk so far was closed with, each of which vouches for its
/// chunk under this key.
struct SealMark: Hashable, Sendable {
    let chunks: UInt64
    let digest: ContentDigest

    /// That nothing was sealed yet.
    ///
    /// - Returns: nil when OpenSSL has no memory.
    static func unused(_ seal: Seal) -> SealMark? {
        ContentHasher.digest(of: seal.opening).map { SealMark(chunks: 0, digest: $0) }
    }

    /// - Returns: nil when OpenSSL has no memory.
    func adding(_ tag: [UInt8]) -> SealMark? {
        ContentHasher.digest(of: digest.bytes + tag).map { SealMark(chunks: chunks + 1, digest: $0) }
    }
}
