import Glibc

/// Lets a link die as links in the field do: without a word to either side.
package enum Vanishing {
    /// Has the kernel drop whatever still comes for a socket, before TCP sees it: nothing of it is acknowledged. See the
    /// option SO_ATTACH_FILTER of socket(7).
    package static func begin(on descriptor: CInt) throws {
        // struct sock_filter { BPF_RET | BPF_K, 0, 0, 0 }: of each packet 0 bytes are let through.
        var instruction: (UInt16, UInt8, UInt8, UInt32) = (0x06, 0, 0, 0)
        let result = unsafe withUnsafePointer(to: &instruction) { pointer in
            var program = (UInt64(1).littleEndian, UInt(bitPattern: pointer))
            return unsafe setsockopt(
                descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout.size(ofValue: program)))
        }
        if result != 0 { throw Failed(errno: errno) }
    }

    package struct Failed: Error {
        let errno: CInt
    }
}
