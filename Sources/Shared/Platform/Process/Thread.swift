internal import CSystemShims
internal import Glibc

/// Threads with a stack of our choosing: the default of 8 MiB of addresses is too much for thousands.
package enum Thread {
    /// Enough for a TLS handshake and a session; address space only, touched as needed.
    package static let smallStack = 512 * 1024

    /// Starts a detached thread that runs `body` once.
    ///
    /// - Throws: `SystemError` (EAGAIN) when the system has no thread left; `body` is then dropped, not run.
    package static func detach(stackSize: Int = smallStack, _ body: sending @escaping () -> Void) throws(SystemError) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, stackSize)
        unsafe pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        let work = unsafe Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                work.body()
                return nil
            }, work.toOpaque())
        guard result == 0 else {
            unsafe work.release()
            throw SystemError("start a thread", errno: Errno(rawValue: result))
        }
    }

    /// Gives back the pages of the calling thread's stack that deeper calls have touched, before a long wait: a TLS handshake
    /// alone leaves some. For threads that `detach` has started. The corresponding C call is madvise(2) with MADV_DONTNEED.
    package static func releaseUnusedStack() {
        var lowest: UnsafeMutableRawPointer?
        var size = 0
        guard unsafe shim_stack(&lowest, &size) == 0, let lowest = unsafe lowest else { return }
        // The stack grows downwards: all that is in use lies above this variable, but for the calls that are made from here.
        var here: UInt8 = 0
        let used = unsafe withUnsafeMutablePointer(to: &here) { unsafe UnsafeMutableRawPointer($0) - lowest }
        let unused = (used - stackLeft) & ~(Int(getpagesize()) - 1)
        guard (1..<size).contains(unused) else { return }
        unsafe madvise(lowest, unused, MADV_DONTNEED)
    }

    /// Bytes below the present depth that stay.
    private static let stackLeft = 1024

    /// Has the calling thread run when others have nothing to do, mostly: setpriority(2), which on Linux concerns the thread.
    package static func lowerPriority() {
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
    }

    /// Lets the calling thread rest. For waits that no event ends.
    package static func sleep(seconds: Double) {
        _ = usleep(UInt32(max(0, min(seconds, 1000)) * 1_000_000))
    }

    private final class Work {
        let body: () -> Void

        init(_ body: @escaping () -> Void) {
            self.body = body
        }
    }
}
