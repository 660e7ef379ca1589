internal import CSodium

/// BLAKE2b (RFC 7693) of bytes while they come, with its salt, and with a key where one is given. libsodium's
/// crypto_generichash_blake2b_state.
@safe package final class Blake2b: @unchecked Sendable {
    // Sendable: it has one owner at a time.
    private let memory: UnsafeMutableRawPointer
    private let byteCount: Int

    /// Its type is aligned as Swift can't import one.
    private var state: OpaquePointer { unsafe OpaquePointer(memory) }

    /// Bytes of a salt.
    package static let saltCount = 16
    /// The most bytes of a hash.
    package static let longest = 64

    /// - Parameters:
    ///   - byteCount: of the hash, 1 … 64.
    ///   - salt: 16 bytes.
    /// - Throws: `CipherFailure` also for other counts.
    package init(byteCount: Int, salt: [UInt8] = [UInt8](repeating: 0, count: saltCount)) throws(CipherFailure) {
        guard Sodium.isReady, (1...Self.longest).contains(byteCount), salt.count == Self.saltCount else {
            throw CipherFailure(library: "libsodium", operation: "begin a hash (BLAKE2b)")
        }
        unsafe memory = .allocate(byteCount: crypto_generichash_blake2b_statebytes(), alignment: 64)
        self.byteCount = byteCount
        let personal = [UInt8](repeating: 0, count: Self.saltCount)
        let begun = unsafe crypto_generichash_blake2b_init_salt_personal(
            state, nil, 0, byteCount, salt, personal)
        guard begun == 0 else {
            throw CipherFailure(library: "libsodium", operation: "begin a hash (BLAKE2b)")
        }
    }

    deinit {
        unsafe sodium_memzero(memory, crypto_generichash_blake2b_statebytes())
        unsafe memory.deallocate()
    }

    package func update(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { buffer in
            _ = unsafe crypto_generichash_blake2b_update(
                state, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(buffer.count))
        }
    }

    package func update(_ bytes: [UInt8]) { update(unsafe bytes.span.bytes) }

    /// The hash. Nothing is to be added after it.
    package func finish() -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: byteCount)
        _ = unsafe crypto_generichash_blake2b_final(state, &hash, byteCount)
        return hash
    }
}

/// libsodium, which looks once which of its implementations this processor has.
enum Sodium {
    static let isReady = sodium_init() >= 0
}
