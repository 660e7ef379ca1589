import Domain

/// As what a file's content travels.
enum ContentForm: Hashable, Sendable {
    case plain
    /// Encrypted.
    case sealed(SealInUse)
    /// Not at all: it was encrypted and confirmed earlier, and whether it still is that content shows by its own hash.
    case known(KnownContent)

    var seal: SealInUse? {
        if case .sealed(let seal) = self { seal } else { nil }
    }

    var known: KnownContent? {
        if case .known(let content) = self { content } else { nil }
    }
}

/// A content that was encrypted and confirmed earlier, by a key that nobody has any more.
struct KnownContent: Hashable, Sendable {
    let plaintext: ContentDigest
    /// Of what is stored.
    let digest: ContentDigest
    let size: UInt64
}
