internal import COpenSSL

/// Memory for OpenSSL's private keys alone, that is never written to swap or to core files, and is wiped when it is given back.
package enum SecretHeap {
    /// Bytes: an agreement of keys that is under way takes less than a hundred. Most systems let anybody lock twice as much.
    private static let size = 4 << 20
    /// Bytes of the smallest piece.
    private static let smallest = 64

    /// Sets it aside, before the first key is loaded. Where it can't be locked it still stands apart, between pages that nobody may touch.
    ///
    /// - Returns: whether it is locked.
    @discardableResult
    package static func reserve() -> Bool {
        CRYPTO_secure_malloc_init(size, smallest) == 1
    }
}
