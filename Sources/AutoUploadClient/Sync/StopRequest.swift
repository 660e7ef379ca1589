import Platform
import Synchronization

/// What signals ask of the program, told by the thread that waits for them.
final class StopRequest: Sendable {
    private let stopping = Atomic(false)
    private let reloading = Atomic(false)
    private let calling = Atomic(false)
    private let event = Event()

    /// How long the program has to end in order after it was asked to.
    private static let graceSeconds = 2.0

    /// Whether the program is to end.
    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// Whether a pass was asked for since the last call.
    func takeCall() -> Bool {
        calling.exchange(false, ordering: .relaxed)
    }

    var isReloading: Bool { reloading.load(ordering: .relaxed) }

    /// Whether a person wants the configuration to be read anew, since the last call.
    func takeReload() -> Bool {
        reloading.exchange(false, ordering: .relaxed)
    }

    /// Asks for the end.
    func stop() {
        stopping.store(true, ordering: .relaxed)
        event.signal()
    }

    /// Asks for a pass now.
    func call() {
        calling.store(true, ordering: .relaxed)
        event.signal()
    }

    /// Asks for the configuration to be read anew.
    func reload() {
        reloading.store(true, ordering: .relaxed)
        event.signal()
    }

    /// Whoever waits looks at what has changed.
    func wake() {
        event.signal()
    }

    /// Waits until something is asked for or the time is over.
    func wait(until deadline: Deadline) {
        // Whoever watches over this program hears that it only waits.
        repeat {
            ServiceManager.alive()
            if event.wait(until: min(deadline, .after(seconds: ServiceManager.longestSilence))) { return }
        } while !deadline.hasPassed
    }

    /// Starts the thread that turns signals into requests. The signals must be blocked already.
    ///
    /// - Parameter exitCode: with what the process ends when its main thread can't be reached, for it waits for a name to
    ///   be resolved or a disk to flush. That loses nothing: everything is made to survive being killed.
    /// - Throws: `SystemError` when the thread can't be started.
    func listenForSignals(exitCode: ExitCode) throws(SystemError) {
        try Thread.detach { [self] in
            while true {
                switch Signals.wait(until: .after(seconds: 3600)) {
                case .reload: reload()
                case .attend: call()
                case .terminate:
                    stop()
                    _ = Signals.wait(until: .after(seconds: Self.graceSeconds))
                    exitCode.exit()
                case nil: continue
                }
            }
        }
    }
}
