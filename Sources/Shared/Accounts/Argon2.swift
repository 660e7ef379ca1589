internal import CArgon2
internal import Platform

/// What a password may be.
package enum PasswordRules {
    /// Bytes.
    package static let lengths = 1...1024
}

/// A hash couldn't be computed. It says nothing about the password.
package struct HashingError: Error, Hashable, Sendable {
    /// libargon2's number, or what the random generator said.
    package let reason: String
}

extension HashingError: CustomStringConvertible {
    package var description: String { "can't hash a password: \(reason)" }
}

extension PasswordHash {
    private static let saltLength = 16
    private static let tagLength = 32

    /// Hashes a password with a new salt.
    ///
    /// - Parameter password: 1–1024 bytes.
    /// - Throws: `HashingError` when there is no memory for it.
    package static func make(of password: RawSpan, parameters: Argon2Parameters) throws(HashingError) -> PasswordHash {
        let salt: [UInt8]
        do throws(SystemError) {
            salt = try randomBytes(saltLength)
        } catch {
            throw HashingError(reason: error.description)
        }
        var tag = [UInt8](repeating: 0, count: tagLength)
        let result = unsafe argon2id(password, salt: salt, into: &tag, parameters) { unsafe argon2id_ctx($0) }
        guard result == CInt(ARGON2_OK.rawValue) else { throw HashingError(code: result) }
        return PasswordHash(parameters: parameters, salt: salt, tag: tag)
    }

    /// Whether this is the password's hash. Costs one hash whatever the answer, and compares in constant time.
    ///
    /// - Throws: `HashingError` when there is no memory for it: the password may still be the right one.
    package func matches(_ password: RawSpan) throws(HashingError) -> Bool {
        var computed = [UInt8](repeating: 0, count: tag.count)
        let expected = tag.map(CChar.init(bitPattern:))
        let result = unsafe argon2id(password, salt: salt, into: &computed, parameters) { context in
            unsafe expected.withUnsafeBufferPointer { unsafe argon2id_verify_ctx(context, $0.baseAddress) }
        }
        switch result {
        case CInt(ARGON2_OK.rawValue): return true
        case CInt(ARGON2_VERIFY_MISMATCH.rawValue): return false
        default: throw HashingError(code: result)
        }
    }
}

extension HashingError {
    fileprivate init(code: CInt) {
        reason = unsafe String(cString: argon2_error_message(code))
    }
}

/// Fills in libargon2's context and lends it.
///
/// One thread computes all lanes, which gives the same result: a login then costs one thread, which the server's gate
/// can count, instead of starting `parallelism` × 4 × `iterations` of them. The memory comes from the kernel and goes
/// back to it at once, so that a thread that has hashed doesn't stay large.
private func argon2id(
    _ password: RawSpan, salt: [UInt8], into tag: inout [UInt8], _ parameters: Argon2Parameters,
    _ body: (UnsafeMutablePointer<argon2_context>) -> CInt
) -> CInt {
    var salt = salt
    return unsafe password.withUnsafeBytes { password in
        unsafe salt.withUnsafeMutableBufferPointer { salt in
            unsafe tag.withUnsafeMutableBufferPointer { tag in
                var context = unsafe argon2_context()
                unsafe context.version = ARGON2_VERSION_13.rawValue
                unsafe (context.out, context.outlen) = (tag.baseAddress, UInt32(clamping: tag.count))
                unsafe (context.salt, context.saltlen) = (salt.baseAddress, UInt32(clamping: salt.count))
                // The library reads the password only; its type lacks the const.
                let bytes = unsafe password.assumingMemoryBound(to: UInt8.self)
                unsafe context.pwd = UnsafeMutablePointer(mutating: bytes.baseAddress)
                unsafe context.pwdlen = UInt32(clamping: bytes.count)
                unsafe (context.m_cost, context.t_cost) = (parameters.memory, parameters.iterations)
                unsafe (context.lanes, context.threads) = (parameters.parallelism, 1)
                unsafe context.allocate_cbk = { place, byteCount in
                    guard let memory = unsafe PrivateMemory.map(byteCount: byteCount) else { return -1 }
                    unsafe place?.pointee = memory.assumingMemoryBound(to: UInt8.self)
                    return 0
                }
                unsafe context.free_cbk = { memory, byteCount in
                    if let memory = unsafe memory { unsafe PrivateMemory.unmap(memory, byteCount: byteCount) }
                }
                return unsafe body(&context)
            }
        }
    }
}
