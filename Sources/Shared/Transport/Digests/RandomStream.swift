internal import COpenSSL
internal import Platform

/// Random bytes as fast as the processor makes them, for overwriting files: AES-128 in counter mode under a random key
/// that nobody keeps.
@safe package struct RandomStream: ~Copyable {
    private let context: OpaquePointer?

    /// - Throws: `TLSError.system` when the kernel gives no randomness, `.configuration` when OpenSSL has no such cipher.
    package init() throws(TLSError) {
        let seed: [UInt8]
        do throws(SystemError) {
            seed = try randomBytes(32)
        } catch {
            throw .system(error)
        }
        let made = unsafe EVP_CIPHER_CTX_new()
        let (key, counter) = (Array(seed[..<16]), Array(seed[16...]))
        guard unsafe EVP_EncryptInit_ex(made, EVP_aes_128_ctr(), nil, key, counter) == 1 else {
            unsafe EVP_CIPHER_CTX_free(made)
            throw .configuration("can't make random bytes: \(OpenSSLErrors.drain())")
        }
        unsafe context = made
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
    }

    /// Fills the buffer, whatever it held, with bytes that nobody can foretell.
    ///
    /// - Throws: `TLSError.configuration` when the cipher fails; the buffer's content is then not to be used.
    @safe package mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(TLSError) {
        guard let start = buffer.baseAddress else { return }
        let bytes = unsafe start.assumingMemoryBound(to: UInt8.self)
        var length: CInt = 0
        // In place over what the buffer held: the key stream hides it.
        guard unsafe EVP_EncryptUpdate(context, bytes, &length, bytes, CInt(clamping: buffer.count)) == 1,
            Int(length) == buffer.count
        else { throw .configuration("can't make random bytes: \(OpenSSLErrors.drain())") }
    }
}
