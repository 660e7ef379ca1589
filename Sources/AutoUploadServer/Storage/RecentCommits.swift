import Platform

/// Which uploads were stored lately, of each user: whoever offers one of them again has missed the answer, and needn't send it
/// again to learn that. Nothing is confirmed on the strength of this; it is gone with the process.
final class RecentCommits: Sendable {
    private let users = Monitor<[FileName: Ring]>([:])

    /// Uploads of a user; as many may be unanswered when a connection breaks, more or less.
    static let remembered = 256

    func note(_ file: OfferedFile) {
        users.withLock { $0[file.user, default: Ring()].add(file.hashValue) }
    }

    /// Whether the upload, of just this file, was stored; it is forgotten then. Should it be gone from the storage by now, the
    /// next offer is one like any other.
    func take(_ file: OfferedFile) -> Bool {
        users.withLock { $0[file.user]?.take(file.hashValue) ?? false }
    }

    /// Hashes that are keyed anew in each process: a client can't have two files share one.
    private struct Ring {
        private var hashes: [Int] = []
        private var next = 0

        mutating func add(_ hash: Int) {
            if hashes.count < RecentCommits.remembered { return hashes.append(hash) }
            hashes[next] = hash
            next = (next + 1) % RecentCommits.remembered
        }

        mutating func take(_ hash: Int) -> Bool {
            guard let index = hashes.lastIndex(of: hash) else { return false }
            hashes[index] = 0
            return true
        }
    }
}
