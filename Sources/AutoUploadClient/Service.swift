import CommandLine
import Platform
import Transport

/// The work that goes on until somebody ends it, also over changes of its configuration.
struct Service {
    private let board: StatusBoard
    private let stop: StopRequest
    private let reporter: Reporter
    /// Goes on over changes of the configuration.
    private let idle = IdleCommand()
    private let changes = FolderChanges()

    init(_ board: StatusBoard, _ stop: StopRequest) {
        self.board = board
        self.stop = stop
        var output = Reporter.Output.standardError
        output.follow = { transfer in
            board.update { ($0.activity, $0.transfer) = (.sending, transfer) }
        }
        reporter = Reporter(output)
    }

    func daemon(_ configuration: Configuration) throws(ProgramError) -> Daemon {
        let gate = InterfaceGate(configuration.interfaces, log: reporter.announce)
        let context = try Self.context(configuration, stop, gate, reporter, changes)
        return Daemon(configuration, context, gate: gate, stop: stop, board: board, idle: idle)
    }

    /// - Parameters: with which the daemon was made.
    func run(
        _ daemon: Daemon, _ arguments: ParsedArguments, _ password: Password
    ) throws(ProgramError) -> ExitCode {
        var daemon = daemon
        changes.follow { [stop] in stop.wake() }
        while case .reloading = try daemon.runUntilStopped() {
            ServiceManager.tell(.reloading)
            if let next = renewed(arguments, password) { daemon = next }
        }
        return .success
    }

    /// As a new start would be made, but for what the command line says, which stays.
    ///
    /// - Returns: nil where the new configuration can't be used: the work goes on as before.
    private func renewed(_ arguments: ParsedArguments, _ password: Password) -> Daemon? {
        do throws(ProgramError) {
            let configuration = try Configuration(try Options.parser.reread(arguments), earlier: password)
            let daemon = try daemon(configuration)
            board.take(configuration)
            reporter.announce(LogLine("reloaded"))
            return daemon
        } catch {
            var line = LogLine("not-reloaded", level: .error)
            line.add("reason", error.message)
            reporter.announce(line)
            return nil
        }
    }

    static func context(
        _ configuration: Configuration, _ stop: StopRequest, _ gate: InterfaceGate, _ reporter: Reporter,
        _ changes: FolderChanges = FolderChanges()
    ) throws(ProgramError) -> PassContext {
        let setup = PassSetup(
            planner: Planner(
                deletes: configuration.deletes, prefix: configuration.prefix, rules: configuration.settle,
                wipesUnproven: configuration.wipesUnproven, keptCopies: configuration.keptCopies,
                encryption: configuration.encryption),
            target: try target(configuration), transfer: TransferGuard(stop: stop, gate: gate), reporter: reporter,
            selection: configuration.selection, order: configuration.order, rateLimit: configuration.rateLimit,
            askingAgain: configuration.askingAgain, removesEmptyFolders: configuration.removesEmptyFolders,
            sendingCommand: configuration.sendingCommand, keyFolder: configuration.keyFolder,
            makeGrading: { [required = configuration.requiredGrade] in ErasureGrading(required: required) })
        return PassContext(
            setup: setup,
            memory: PassMemory(
                holds: Holds(configuration.holds), forgetsTime: configuration.forgetsTime, changes: changes))
    }

    static func target(_ configuration: Configuration) throws(ProgramError) -> ServerTarget {
        ServerTarget(
            server: configuration.server, user: configuration.user, password: configuration.password,
            codes: configuration.codes, context: try configuration.trust.context(),
            addresses: configuration.serverAddresses.map(ServerAddresses.init(named:)) ?? ServerAddresses())
    }
}
