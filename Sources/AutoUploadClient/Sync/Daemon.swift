import CommandLine
import Platform

/// Makes passes: one, or one after the other until a person stops it.
final class Daemon {
    private let configuration: Configuration
    private let context: PassContext
    private let gate: InterfaceGate
    private let stop: StopRequest
    private var pauses: Pauses
    /// What people were told last, so that they are told once and not each minute.
    private var toldFailure: String?

    init(_ configuration: Configuration, _ context: PassContext, gate: InterfaceGate, stop: StopRequest) {
        self.configuration = configuration
        self.context = context
        self.gate = gate
        self.stop = stop
        pauses = Pauses(intervalSeconds: configuration.intervalSeconds)
    }

    /// Makes passes until it is stopped.
    ///
    /// - Throws: `ProgramError` when the configuration turns out to be one that can't be worked with.
    func runUntilStopped() throws(ProgramError) -> ExitCode {
        // What is wrong from the start ends the program; what goes wrong later may pass.
        try finishInterruptedWipes(open { $0.isPassing })
        while !stop.isStopping {
            let began = Instant.now
            _ = gate.isOpen()
            let result = try passAgain()
            if stop.isStopping { break }
            tell(result)
            stop.wait(until: Deadline(at: pauses.nextPass(after: result, began: began)))
            if stop.takeReload() { pauses.forget() }
        }
        context.reporter.log(LogLine("stopped"))
        return .success
    }
}
