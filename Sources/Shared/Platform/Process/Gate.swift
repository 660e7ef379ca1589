internal import Glibc

/// A counting gate that threads wait at, for at most so long.
@safe package final class Gate: @unchecked Sendable {
    // Sendable: a POSIX semaphore is made for being shared between threads.
    private let semaphore: UnsafeMutablePointer<sem_t>

    /// - Parameter permits: how many threads may be inside at a time.
    package init(permits: Int) {
        unsafe semaphore = .allocate(capacity: 1)
        unsafe sem_init(semaphore, 0, UInt32(clamping: permits))
    }

    deinit {
        unsafe sem_destroy(semaphore)
        unsafe semaphore.deallocate()
    }

    /// Runs `body` inside the gate.
    ///
    /// - Returns: nil when the time was over before there was room.
    package func enter<R, E: Error>(before deadline: Deadline, _ body: () throws(E) -> R) throws(E) -> R? {
        guard wait(before: deadline) else { return nil }
        defer { unsafe sem_post(semaphore) }
        return try body()
    }

    private func wait(before deadline: Deadline) -> Bool {
        // sem_timedwait(3) takes the wall clock, which may jump: a slice at a time, against the monotonic deadline.
        while true {
            var until = timespec()
            unsafe clock_gettime(CLOCK_REALTIME, &until)
            let slice = until.tv_nsec + Int(min(deadline.remainingSeconds, 1) * 1e9)
            until = timespec(tv_sec: until.tv_sec + slice / 1_000_000_000, tv_nsec: slice % 1_000_000_000)
            if unsafe sem_timedwait(semaphore, &until) == 0 { return true }
            if deadline.hasPassed { return false }
        }
    }
}
