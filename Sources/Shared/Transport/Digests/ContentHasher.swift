internal import COpenSSL
package import Domain
package import Platform

/// SHA-256 (FIPS 180-4) of bytes that come in pieces. OpenSSL's EVP_MD_CTX.
@safe package struct ContentHasher: ~Copyable, @unchecked Sendable {
    // Sendable: it has one owner.
    private let context: OpaquePointer?

    package init() {
        unsafe context = EVP_MD_CTX_new()
        _ = unsafe EVP_DigestInit_ex(context, DigestMethod.sha256.pointer, nil)
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    package mutating func update(_ bytes: RawSpan) {
        _ = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    /// Takes the next bytes of a file, from its descriptor's position.
    ///
    /// - Returns: bytes taken; fewer than `count` only at the end of the file.
    package mutating func update(reading count: UInt64, of file: borrowing FileDescriptor) throws(SystemError) -> UInt64
    {
        var buffer = [UInt8](repeating: 0, count: Int(min(count, 256 * 1024)))
        var taken: UInt64 = 0
        while taken < count {
            let wanted = Int(min(count - taken, UInt64(buffer.count)))
            buffer.removeLast(buffer.count - wanted)
            let read = try buffer.withUnsafeMutableBytesTyped { memory throws(SystemError) in
                try file.read(into: memory)
            }
            update(unsafe buffer.span.extracting(..<read).bytes)
            taken += UInt64(read)
            if read < wanted { break }
        }
        return taken
    }

    /// The digest of all bytes so far.
    ///
    /// - Returns: nil when OpenSSL had no memory: no digest is ever made up.
    package consuming func finalize() -> ContentDigest? {
        var bytes = [UInt8](repeating: 0, count: ContentDigest.byteCount)
        var length: UInt32 = 0
        guard unsafe context != nil, unsafe EVP_DigestFinal_ex(context, &bytes, &length) == 1 else { return nil }
        return length == UInt32(ContentDigest.byteCount) ? ContentDigest(bytes) : nil
    }

    /// The digest of a file, from its descriptor's position to its end.
    ///
    /// - Parameter goesOn: is asked before each piece; from false on it throws EINTR.
    /// - Returns: nil when OpenSSL had no memory.
    package static func digest(
        of file: borrowing FileDescriptor, while goesOn: () -> Bool = { true }
    ) throws(SystemError) -> ContentDigest? {
        file.adviseSequentialReading()
        var hasher = ContentHasher()
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            guard goesOn() else { throw SystemError("read", errno: .interrupted) }
            let count = try buffer.withUnsafeMutableBytesTyped { memory throws(SystemError) in
                try file.read(into: memory)
            }
            hasher.update(unsafe buffer.span.extracting(..<count).bytes)
            if count < buffer.count { return hasher.finalize() }
        }
    }

    /// The digest of bytes that are at hand.
    package static func digest(of bytes: [UInt8]) -> ContentDigest? {
        var hasher = ContentHasher()
        hasher.update(unsafe bytes.span.bytes)
        return hasher.finalize()
    }
}
