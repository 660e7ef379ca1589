internal import Glibc

/// Large memory for a short while, straight from the kernel and back to it: malloc(3) would keep some of it for each thread.
package enum PrivateMemory {
    /// Memory of zeros that no other process shares. The corresponding C function is `mmap`.
    ///
    /// - Returns: nil when there is no room.
    package static func map(byteCount: Int) -> UnsafeMutableRawPointer? {
        let memory = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return unsafe memory == MAP_FAILED ? nil : memory
    }

    package static func unmap(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
        unsafe munmap(memory, byteCount)
    }
}
