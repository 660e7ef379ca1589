internal import Glibc

/// Something that one thread makes happen and another waits for: it stays happened until it is taken.
@safe package final class Event: @unchecked Sendable {
    // Sendable: everything in it is guarded by the mutex.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var hasHappened = false

    package init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe condition = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // The monotonic clock: a wall clock that is set must not stretch a wait.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe condition.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Makes it happen.
    package func signal() {
        unsafe pthread_mutex_lock(mutex)
        hasHappened = true
        unsafe pthread_cond_signal(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Waits for it, and takes it.
    ///
    /// - Returns: false when the time was over first.
    @discardableResult
    package func wait(until deadline: Deadline) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while !hasHappened, !deadline.hasPassed {
            var until = deadline.monotonicTime
            unsafe pthread_cond_timedwait(condition, mutex, &until)
        }
        defer { hasHappened = false }
        return hasHappened
    }
}
