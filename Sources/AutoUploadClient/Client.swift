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
            try LogFormat.use(arguments)
            switch arguments.command?.name {
            case ReceiptsCommand.name: return try ReceiptsCommand.run(arguments)
            case VerifyReceipt.name: return try VerifyReceipt.run(arguments)
            case AcceptReceiptKey.name: return try AcceptReceiptKey.run(arguments)
            case StatusCommand.name: return try StatusCommand.run(arguments)
            case CheckCommand.name: return try check(try Configuration(arguments))
            case KeyGen.name: return try KeyGen.run(arguments)
            case Encrypt.name: return try Encrypt.run(arguments)
            case Decrypt.name: return try Decrypt.run(arguments)
            default:
                if arguments.flag(Options.dryRun) { return try dryRun(try Configuration(arguments)) }
                // Before the first thread. A command just ends when it is told to.
                Signals.block()
                return try run(arguments)
            }
        }
    }

    private static func run(_ arguments: ParsedArguments) throws(ProgramError) -> ExitCode {
        let configuration = try Configuration(arguments)
        let stop = StopRequest()
        let service = Service(StatusBoard(configuration), stop)
        let daemon = try service.daemon(configuration)
        do throws(SystemError) {
            try stop.listenForSignals(exitCode: configuration.once ? .temporaryFailure : .success)
        } catch {
            throw ProgramError(error)
        }
        // Where the kernel tells nothing, it is looked at from time to time.
        try? NetworkChanges.watch { stop.wake() }
        return try configuration.once ? daemon.runOnce() : service.run(daemon, arguments, configuration.password)
    }
}

// MARK: - Looks that change nothing

extension Client {
    private static func check(_ configuration: Configuration) throws(ProgramError) -> ExitCode {
        let gate = InterfaceGate(configuration.interfaces, log: { _ in })
        return CheckCommand.run(
            configuration, try Service.target(configuration), TransferGuard(stop: StopRequest(), gate: gate))
    }

    private static func dryRun(_ configuration: Configuration) throws(ProgramError) -> ExitCode {
        let gate = InterfaceGate([])
        let context = try Service.context(configuration, StopRequest(), gate, Reporter(.none))
        return try DryRun(configuration: configuration, context: context).run()
    }
}
