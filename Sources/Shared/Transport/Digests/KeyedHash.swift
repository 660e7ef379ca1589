internal import COpenSSL
package import Platform

/// HMAC-SHA-256 (RFC 2104), by default under a random key that lives and dies with the process: tells whether two secrets are
/// equal without keeping either.
package struct KeyedHash: Sendable {
    private let key: [UInt8]

    /// - Throws: `SystemError` when the kernel gives no randomness.
    package init() throws(SystemError) {
        key = try randomBytes(32)
    }

    /// Under a key that outlives the process.
    package init(key: [UInt8]) {
        self.key = key
    }

    /// The hash of some parts. Their lengths count, so that no two lists of parts look alike.
    ///
    /// - Returns: nil when OpenSSL had no memory.
    package func hash(of parts: [[UInt8]]) -> [UInt8]? {
        var message: [UInt8] = []
        // Reserved at once: growing would leave copies of the secret behind.
        message.reserveCapacity(parts.reduce(0) { $0 + $1.count + 8 })
        defer { overwrite(&message) }
        for part in parts {
            message += unsafe withUnsafeBytes(of: UInt64(part.count).bigEndian) { unsafe Array($0) } + part
        }
        return tag(of: message)
    }

    /// The plain HMAC of a message, as others compute it.
    ///
    /// - Returns: nil when OpenSSL had no memory.
    package func tag(of message: [UInt8]) -> [UInt8]? {
        var tag = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let made = unsafe HMAC(EVP_sha256(), key, CInt(key.count), message, message.count, &tag, &length)
        return unsafe made != nil && length == 32 ? tag : nil
    }
}
