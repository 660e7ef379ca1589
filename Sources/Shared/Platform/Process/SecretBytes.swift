internal import CSystemShims
internal import Glibc

/// Bytes that must not outlive their use: a password, a key. Overwritten when it goes out of scope; never printed.
///
/// The memory is allocated once and never moved, so no copy is left behind by growth. It has pages of its own, which are kept out of
/// swap as far as the system lets this process lock memory.
@safe package struct SecretBytes: ~Copyable, @unchecked Sendable {
    // Sendable: the memory is written only in init and deinit, and the type has one owner.
    private let storage: UnsafeMutableRawBufferPointer
    /// Bytes of whole pages; 0 where there are none of its own.
    private let mapped: Int

    /// Copies the bytes; the caller's own copy is the caller's to overwrite.
    package init(_ bytes: some Collection<UInt8>) {
        let pages = (bytes.count / Self.pageSize + 1) * Self.pageSize
        if let memory = unsafe PrivateMemory.map(byteCount: pages) {
            // At the limit, it is as other memory is.
            _ = unsafe shim_lock_memory(memory, pages)
            unsafe (storage, mapped) = (UnsafeMutableRawBufferPointer(start: memory, count: bytes.count), pages)
        } else {
            unsafe storage = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
            mapped = 0
        }
        unsafe storage.copyBytes(from: bytes)
    }

    deinit {
        if let start = unsafe storage.baseAddress { unsafe explicit_bzero(start, storage.count) }
        if mapped > 0, let start = unsafe storage.baseAddress {
            unsafe PrivateMemory.unmap(start, byteCount: mapped)
        } else {
            unsafe storage.deallocate()
        }
    }

    private static let pageSize = max(4096, Int(getpagesize()))

    package var count: Int { unsafe storage.count }
    package var isEmpty: Bool { unsafe storage.isEmpty }

    /// Lends the bytes.
    package func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try unsafe body(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(storage)))
    }

    /// Whether both hold the same bytes, found in a time that depends on their number only.
    package func isEqual(to other: borrowing SecretBytes) -> Bool {
        guard unsafe storage.count == other.storage.count else { return false }
        return unsafe zip(storage, other.storage).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    package func copy() -> SecretBytes {
        unsafe SecretBytes(storage)
    }

    /// A copy for who takes nothing but an array, and overwrites it.
    package var exposed: [UInt8] { unsafe Array(storage) }
}

/// Overwrites an array's bytes where they stand. Only useful while no other copy shares the storage.
package func overwrite(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytesTyped { buffer in
        if let start = buffer.baseAddress { unsafe explicit_bzero(start, buffer.count) }
    }
}
