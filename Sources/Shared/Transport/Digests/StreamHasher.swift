internal import COpenSSL

/// A digest of bytes that come in pieces, by an algorithm that a peer chooses. Nothing is confirmed on the strength of SHA-1.
@safe package final class StreamHasher {
    package enum Algorithm: String, Sendable {
        case sha1, sha256

        package var byteCount: Int { self == .sha1 ? 20 : 32 }

        fileprivate var method: DigestMethod { self == .sha1 ? .sha1 : .sha256 }
    }

    private let algorithm: Algorithm
    private let context: OpaquePointer?

    package init(_ algorithm: Algorithm) {
        self.algorithm = algorithm
        unsafe context = EVP_MD_CTX_new()
        _ = unsafe EVP_DigestInit_ex(context, algorithm.method.pointer, nil)
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    package func update(_ bytes: RawSpan) {
        _ = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    /// The digest of all bytes; nothing is taken after it.
    ///
    /// - Returns: nil when OpenSSL had no memory, or doesn't offer the algorithm.
    package func finalize() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: algorithm.byteCount)
        var length: UInt32 = 0
        guard unsafe context != nil, unsafe EVP_MD_CTX_get0_md(context) != nil,
            unsafe EVP_DigestFinal_ex(context, &bytes, &length) == 1
        else { return nil }
        return Int(length) == bytes.count ? bytes : nil
    }
}
