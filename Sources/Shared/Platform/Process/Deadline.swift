internal import Glibc

/// A moment of the monotonic clock, which no one can set: nanoseconds since some start.
package struct Instant: Hashable, Comparable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The present, of CLOCK_BOOTTIME: it goes on while the machine sleeps.
    package static var now: Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return Instant(nanoseconds: UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec))
    }

    /// Seconds from `earlier` to this one; 0 when `earlier` is later.
    package func seconds(since earlier: Instant) -> Double {
        nanoseconds > earlier.nanoseconds ? Double(nanoseconds - earlier.nanoseconds) / 1e9 : 0
    }

    package func advanced(bySeconds seconds: Double) -> Instant {
        let step = UInt64(max(0, min(seconds, 1e9)) * 1e9)
        return Instant(nanoseconds: nanoseconds.addingReportingOverflow(step).partialValue)
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// The moment at which a wait is given up. Every wait has one.
package struct Deadline: Hashable, Comparable, Sendable {
    package let instant: Instant

    package init(at instant: Instant) {
        self.instant = instant
    }

    /// - Parameter seconds: 0 … a billion.
    package static func after(seconds: Double) -> Deadline {
        Deadline(at: Instant.now.advanced(bySeconds: seconds))
    }

    package static func < (left: Deadline, right: Deadline) -> Bool { left.instant < right.instant }

    package var hasPassed: Bool { Instant.now >= instant }

    package var remainingSeconds: Double { instant.seconds(since: .now) }

    /// For poll(2): rounded up, so that a wait never ends before its time; 0 once it is over, for a mere look.
    var remainingMilliseconds: CInt { CInt(min((remainingSeconds * 1000).rounded(.up), 86_400_000)) }

    var remainingTime: timespec {
        let seconds = remainingSeconds
        return timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
    }

    /// As a moment of CLOCK_MONOTONIC, for pthread_cond_timedwait(3).
    var monotonicTime: timespec {
        let wait = remainingTime
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        let nanoseconds = now.tv_nsec + wait.tv_nsec
        return timespec(
            tv_sec: now.tv_sec + wait.tv_sec + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
    }
}

/// The wall clock, in seconds since 1970, UTC. It jumps: only for showing and for the protocol's timestamps.
package func currentUnixTime() -> Int64 {
    Int64(time(nil))
}

/// As `currentUnixTime`, in milliseconds.
package func currentUnixMilliseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec / 1_000_000)
}

extension FileTime {
    /// The clock from which local file systems take their times, CLOCK_REALTIME_COARSE: the wall clock, as it was at the last
    /// tick of the scheduler.
    package static var now: FileTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return FileTime(seconds: Int64(time.tv_sec), nanoseconds: UInt32(clamping: time.tv_nsec))
    }
}
