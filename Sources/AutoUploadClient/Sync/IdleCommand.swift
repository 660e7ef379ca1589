import Platform

/// Runs a person's command each time that everything is sent, as one that switches the device off. It never holds anything up.
final class IdleCommand: Sendable {
    private struct State {
        /// Whether anything was done since it last ran; also at the start.
        var isDue = true
        var isRunning = false
    }

    private let state = Monitor(State())

    /// Seconds that it may take.
    static let seconds = 600.0

    /// Looks at what a pass came to, and runs the command if nothing is left.
    ///
    /// - Parameters:
    ///   - isServerThere: whether it can be told that all is well: it has let us in, and can be reached by the interface.
    ///   - say: is called by any thread.
    func take(
        _ result: PassResult, isServerThere: Bool, command: String?, say: @escaping @Sendable (LogLine) -> Void
    ) {
        // What is held may be so for a day, and over a restart.
        let isLeft = result.remaining > result.held || !result.settling.isEmpty
        let isDrained = result.failure == nil && !isLeft && isServerThere
        let isToRun = state.withLock { state in
            if result.confirmed > 0 || result.wiped > 0 { state.isDue = true }
            guard isDrained, state.isDue, !state.isRunning, command != nil else { return false }
            (state.isDue, state.isRunning) = (false, true)
            return true
        }
        guard isToRun, let command else { return }
        say(LogLine("idle-command"))
        do throws(SystemError) {
            try ShellCommand.start(command, seconds: Self.seconds) { [self] ending in
                state.withLock { $0.isRunning = false }
                if let line = Self.line(about: ending) { say(line) }
            }
        } catch {
            state.withLock { $0.isRunning = false }
            say(Self.failure(error.description))
        }
    }

    private static func line(about ending: ShellCommand.Ending) -> LogLine? {
        switch ending {
        case .exited(0): nil
        case .exited(let status): failure("it left with \(status)")
        case .killed(let signal): failure("signal \(signal) ended it")
        case .timedOut: failure("it took longer than \(UInt64(seconds)) seconds, and was ended")
        }
    }

    private static func failure(_ reason: String) -> LogLine {
        var line = LogLine("idle-command-failed", level: .warning)
        line.add("reason", reason)
        return line
    }
}
