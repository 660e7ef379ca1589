internal import Glibc

/// Signals, dealt with by waiting for them on one thread; no code ever runs in a handler.
package enum Signals {
    /// What a signal asks for.
    package enum Request: Sendable {
        /// SIGTERM or SIGINT.
        case terminate
        /// SIGHUP.
        case reload
        /// SIGUSR1.
        case attend
    }

    /// Lets a peer that hangs up (SIGPIPE), a file that is opened while a lease is tried (SIGIO) and one that would grow
    /// beyond what the process may write (SIGXFSZ; the call says EFBIG) pass without ending the process. Call first thing.
    package static func ignoreNuisances() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGIO, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Blocks SIGTERM, SIGINT, SIGHUP and SIGUSR1 in this thread and those that it starts, so that `wait` receives them. Call
    /// before the first thread starts.
    package static func block() {
        var set = requests()
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits until a signal comes or the time is over.
    ///
    /// - Returns: nil when the time was over first.
    package static func wait(until deadline: Deadline) -> Request? {
        var set = requests()
        while true {
            var timeout = deadline.remainingTime
            let received = unsafe sigtimedwait(&set, nil, &timeout)
            if received == SIGHUP { return .reload }
            if received == SIGUSR1 { return .attend }
            if received > 0 { return .terminate }
            if Errno.current != .interrupted { return nil }
        }
    }

    /// Runs `body` with every signal blocked: a thread that it starts gets none that another one waits for or holds back.
    static func withoutAny<E: Error>(_ body: () throws(E) -> Void) throws(E) {
        var (all, saved) = (sigset_t(), sigset_t())
        unsafe sigfillset(&all)
        _ = unsafe pthread_sigmask(SIG_BLOCK, &all, &saved)
        defer { _ = unsafe pthread_sigmask(SIG_SETMASK, &saved, nil) }
        try body()
    }

    private static func requests() -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] { unsafe sigaddset(&set, signal) }
        return set
    }

    /// Runs `body` while signals that a person or the system ends the process with wait; then they take effect.
    static func holdingBackEnds<R: ~Copyable>(_ body: () -> R) -> R {
        var set = ends()
        var saved = sigset_t()
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, &saved)
        defer { _ = unsafe pthread_sigmask(SIG_SETMASK, &saved, nil) }
        return body()
    }

    /// Whether one of them waits.
    static var isEndHeldBack: Bool {
        var pending = sigset_t()
        unsafe sigpending(&pending)
        return [SIGTERM, SIGINT, SIGHUP, SIGQUIT].contains { unsafe sigismember(&pending, $0) == 1 }
    }

    private static func ends() -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGQUIT] { unsafe sigaddset(&set, signal) }
        return set
    }
}
