internal import Glibc

/// State that threads share, and may wait for changes of: a POSIX mutex with a condition.
///
/// Not the standard library's `Mutex`: ThreadSanitizer doesn't see that one's locking on Linux and reports races where there
/// are none, so that real ones would drown.
@safe package final class Monitor<State: ~Copyable>: @unchecked Sendable {
    // Sendable: the state is touched only while the mutex is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    package init(_ state: consuming sending State) {
        unsafe mutex = .allocate(capacity: 1)
        unsafe changed = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // The monotonic clock: a wall clock that is set must not stretch a wait.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(changed, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
        self.state = state
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(mutex)
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    /// Reads or changes the state. Nobody who waits is woken.
    package func withLock<R: ~Copyable, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Changes the state, and wakes who waits for a change.
    package func change<R>(_ body: (inout State) -> R) -> R {
        withLock { state in
            defer { unsafe pthread_cond_broadcast(changed) }
            return body(&state)
        }
    }

    /// Waits until `body` has an answer; it is asked at once and after every change. For waits whose end is certain.
    package func wait<R>(until body: (inout State) -> R?) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            // The state is lent for each look only: while this thread waits, others change it.
            if let answer = body(&state) { return answer }
            unsafe pthread_cond_wait(changed, mutex)
        }
    }

    /// Waits until `body` has an answer, as `wait(until:)` does, but no longer than until the deadline.
    ///
    /// - Returns: nil when the time was over first.
    package func wait<R>(before deadline: Deadline, until body: (inout State) -> R?) -> R? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let answer = body(&state) { return answer }
            if deadline.hasPassed { return nil }
            var until = deadline.monotonicTime
            unsafe pthread_cond_timedwait(changed, mutex, &until)
        }
    }
}

/// A mere lock. Its state is a byte that nobody looks at: ThreadSanitizer takes the place of an empty one for the object's own.
package typealias Turn = Monitor<UInt8>

extension Monitor where State == UInt8 {
    package convenience init() {
        self.init(0)
    }
}
