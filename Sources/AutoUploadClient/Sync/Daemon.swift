import CommandLine
import Platform

/// Makes passes: one, or one after the other until a person stops it.
final class Daemon {
    private let configuration: Configuration
    private let context: PassContext
    private let gate: InterfaceGate
    private let stop: StopRequest
    /// Held from pass to pass, for its lock.
    private var workplace: Workplace?
    /// What people were told last, so that they are told once and not each minute.
    private var told: SyncFailure?
    private let reconnection: Reconnection

    /// How often in a row a single pass tries a link that broke when nothing comes of it, and how long it waits at most:
    /// a minute in all.
    private static let mostFruitless = 5
    private static let longestPause = 60.0

    init(
        _ configuration: Configuration, _ context: PassContext, gate: InterfaceGate, stop: StopRequest,
        reconnection: Reconnection = Reconnection()
    ) {
        self.configuration = configuration
        self.context = context
        self.gate = gate
        self.stop = stop
        self.reconnection = reconnection
    }

    /// Makes passes until it is stopped. What fails on the way is told once, and tried again.
    ///
    /// - Throws: `ProgramError` when the folder or the state can't be used from the start, or turns out to hold what a
    ///   server stores.
    func runUntilStopped() throws(ProgramError) -> ExitCode {
        var pauses = Pauses(intervalSeconds: configuration.intervalSeconds, reconnection: reconnection)
        try checkAtStart()
        sayWatching()
        while !stop.isStopping {
            let began = Instant.now
            _ = gate.isOpen()
            let result = try pass()
            if stop.isStopping { break }
            tell(result)
            stop.wait(until: Deadline(at: pauses.nextPass(after: result, began: began)))
            if stop.takeReload() { pauses.forget() }
        }
        context.reporter.announce(LogLine("stopped"))
        return .success
    }

    /// Makes one pass. It lasts until every file that it found has settled, as far as files do, and through links that
    /// break, as long as something comes of trying again.
    ///
    /// - Returns: `success` when everything that is due was confirmed.
    func runOnce() throws(ProgramError) -> ExitCode {
        let workplace = try open()
        var waitedFor: [LocalPath: Fingerprint]?
        var reconnection = reconnection
        while true {
            let result = try pass(workplace)
            tell(result)
            let pause = reconnection.pause(after: result)
            if let failure = result.failure {
                guard let pause, pause <= Self.longestPause, (reconnection.fruitless ?? 0) <= Self.mostFruitless
                else { return failure.exitCode }
                stop.wait(until: .after(seconds: pause))
                if stop.isStopping { return .temporaryFailure }
                _ = gate.isOpen()
                continue
            }
            // What changes while it is waited for is left for another time; what has come since belongs to no single pass.
            let settling = result.settling.filter { path, settling in
                waitedFor == nil || waitedFor?[path] == settling.fingerprint
            }
            waitedFor = settling.mapValues(\.fingerprint)
            guard let seconds = settling.values.map(\.seconds).min() else { return end(result) }
            // The gate has said so itself; that files are settling isn't what keeps them here.
            guard gate.isOpen() else { return .temporaryFailure }
            stop.wait(until: .after(seconds: seconds))
            if stop.isStopping { return .temporaryFailure }
        }
    }
}

// MARK: - A pass

extension Daemon {
    private func end(_ result: PassResult) -> ExitCode {
        for (path, settling) in result.settling.sorted(by: { $0.key < $1.key }) {
            context.troubles.isUnfinished(path, settling.fingerprint, "it may still change")
        }
        if result.mayNotWipe { return .protocolError }
        return result.remaining == 0 ? .success : .temporaryFailure
    }
}

extension Daemon {
    /// A folder that can't be used now may come later: a card that is put in.
    private func pass() throws(ProgramError) -> PassResult {
        do throws(WorkplaceError) {
            let earlier = workplace.take()
            let workplace = try Workplace.open(configuration, earlier: earlier)
            self.workplace = workplace
            return try Pass(context: context, folder: workplace.folder, state: workplace.state).run()
        } catch {
            if case .holdsServerStorage = error { throw error.programError }
            return PassResult(remaining: 1, failure: .local(error.description))
        }
    }

    private func pass(_ workplace: Workplace) throws(ProgramError) -> PassResult {
        do throws(WorkplaceError) {
            return try Pass(context: context, folder: workplace.folder, state: workplace.state).run()
        } catch {
            throw error.programError
        }
    }

    private func open() throws(ProgramError) -> Workplace {
        do throws(WorkplaceError) {
            return try Workplace.open(configuration)
        } catch {
            throw error.programError
        }
    }

    private func checkAtStart() throws(ProgramError) {
        do throws(WorkplaceError) {
            workplace = try Workplace.open(configuration)
        } catch {
            if case .passing = error { return }
            throw error.programError
        }
    }

    private func sayWatching() {
        var line = LogLine("watching")
        line.add("folder", configuration.folder)
        line.add("server", configuration.server.description)
        line.add("user", configuration.user)
        line.add("deletes", configuration.deletes ? "yes" : "no")
        context.reporter.announce(line)
    }

    private func tell(_ result: PassResult) {
        // The gate has said so itself.
        if case .interfaceDown = result.failure { return }
        guard let failure = result.failure else { return tellRecovery(result) }
        if failure.description == told?.description { return }
        told = failure
        var line = LogLine("failed", level: failure.needsPerson ? .error : .warning)
        line.add("server", context.target.server.description)
        line.add("reason", failure.description)
        context.reporter.announce(line)
    }

    /// That there was nothing to send says nothing of the server, but that the folder could be looked at does of it.
    private func tellRecovery(_ result: PassResult) {
        guard let told else { return }
        if case .local = told {} else if !result.hasConnected { return }
        self.told = nil
        context.reporter.announce(LogLine("working-again"))
    }
}
