import CommandLine
import Platform
import Transport

/// The program `auto-upload-client`.
@main
enum Client {
    static func main() {
        Signals.ignoreNuisances()
        ProcessLimits.forbidCoreDumps()
        ProcessLimits.setFileCreationMask(0o077)
        Program.run(Options.program) { () throws(ProgramError) in
            let arguments = try Options.parser.parse()
            switch arguments.command?.name {
            case ReceiptsCommand.name: return try ReceiptsCommand.run(arguments)
            case VerifyReceipt.name: return try VerifyReceipt.run(arguments)
            case AcceptReceiptKey.name: return try AcceptReceiptKey.run(arguments)
            default:
                // Before the first thread. A command just ends when it is told to.
                Signals.block()
                return try run(try Configuration(arguments))
            }
        }
    }

    private static func run(_ configuration: Configuration) throws(ProgramError) -> ExitCode {
        let stop = StopRequest()
        let reporter = Reporter(.standardError)
        let gate = InterfaceGate(name: configuration.interface, log: reporter.announce)
        let setup = PassSetup(
            planner: Planner(
                deletes: configuration.deletes, prefix: configuration.prefix, rules: configuration.settle,
                wipesUnproven: configuration.wipesUnproven),
            target: try target(configuration), transfer: TransferGuard(stop: stop, gate: gate), reporter: reporter,
            ignored: configuration.ignored, askingAgain: configuration.askingAgain)
        let context = PassContext(setup: setup, memory: PassMemory(holds: Holds(configuration.holds)))
        let daemon = Daemon(configuration, context, gate: gate, stop: stop)
        do throws(SystemError) {
            try stop.listenForSignals(exitCode: configuration.once ? .temporaryFailure : .success)
        } catch {
            throw ProgramError(error)
        }
        return try configuration.once ? daemon.runOnce() : daemon.runUntilStopped()
    }

    private static func target(_ configuration: Configuration) throws(ProgramError) -> ServerTarget {
        do throws(TLSError) {
            let context = try TLSContext(authorities: configuration.authorities, minimum: configuration.minimumTLS)
            return ServerTarget(
                server: configuration.server, user: configuration.user, password: configuration.password,
                context: context)
        } catch {
            throw ProgramError("--ca-file: \(error)", exitCode: .configuration)
        }
    }
}
