internal import CSystemShims
internal import Glibc
internal import Synchronization

/// Whoever has started this program, where that wants to hear of it: systemd, by sd_notify(3)'s protocol. Elsewhere nothing is said.
package enum ServiceManager {
    package enum Word {
        case ready, reloading, stopping
        /// For people, in one line.
        case status(String)
    }

    /// Finds the way to it, for a process that gives up the right to find any (Landlock).
    package static func find() {
        _ = socket
    }

    package static func tell(_ word: Word) {
        switch word {
        case .ready: send("READY=1")
        case .reloading: send("RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds)")
        case .stopping: send("STOPPING=1")
        case .status(let text): send("STATUS=" + text.filter { $0 != "\n" })
        }
    }

    /// The thread that works gets on: said to the watchdog, where there is one, but no oftener than it needs.
    package static func alive() {
        guard let watchdogSeconds else { return }
        let now = Instant.now
        guard now.nanoseconds >= nextWord.load(ordering: .relaxed) else { return }
        nextWord.store(now.advanced(bySeconds: watchdogSeconds / 4).nanoseconds, ordering: .relaxed)
        send("WATCHDOG=1")
    }

    /// Seconds after which a thread that only waits says that it is alive.
    package static var longestSilence: Double { watchdogSeconds.map { $0 / 3 } ?? 1e9 }

    private static let nextWord = Atomic<UInt64>(0)

    /// Nil where nobody watches.
    private static let watchdogSeconds: Double? = {
        guard let text = environmentVariable("WATCHDOG_USEC"), let microseconds = UInt64(text), microseconds > 0
        else { return nil }
        let process = environmentVariable("WATCHDOG_PID")
        return process == nil || process == "\(getpid())" ? Double(microseconds) / 1e6 : nil
    }()

    private static let socket: LocalDatagramSocket? = environmentVariable("NOTIFY_SOCKET").flatMap { name in
        try? LocalDatagramSocket(to: name)
    }

    private static func send(_ text: String) {
        socket?.send(Array(text.utf8))
    }

    private static var monotonicMicroseconds: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000 &+ UInt64(clamping: time.tv_nsec) / 1000
    }
}
