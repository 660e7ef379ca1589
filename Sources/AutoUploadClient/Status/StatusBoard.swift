import Platform

/// What the client is doing, for whoever asks: written by the thread that works, read by the one that answers.
final class StatusBoard: Sendable {
    private let report: Monitor<StatusReport>
    /// Where people are answered.
    private let names = Monitor<Set<String>>([])

    init(_ report: StatusReport) {
        self.report = Monitor(report)
    }

    convenience init(_ configuration: Configuration) {
        self.init(StatusReport(configuration, started: currentUnixTime()))
    }

    func update(_ change: (inout StatusReport) -> Void) {
        report.withLock { change(&$0) }
    }

    func isShown(at name: String) -> Bool { names.withLock { $0.contains(name) } }

    func noteShown(at name: String) {
        names.withLock { _ = $0.insert(name) }
    }

    /// The same process goes on with other wishes.
    func take(_ configuration: Configuration) {
        let next = StatusReport(configuration, started: current.started)
        update { $0 = next.counting(from: $0) }
    }

    var current: StatusReport { report.withLock { $0 } }
}
