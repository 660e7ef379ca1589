import CommandLine
import Platform

/// Makes passes: one, or one after the other until a person stops it.
final class Daemon {
    private let configuration: Configuration
    private let context: PassContext
    private let gate: InterfaceGate
    private let stop: StopRequest
    /// All that stays open from pass to pass: between them a card can be unmounted.
    private var keptState: Workplace.KeptState?
    /// What people were told last, so that they are told once and not each minute.
    private var told: SyncFailure?
    private var nextTelling = Instant(nanoseconds: 0)
    /// Whether the server has let us in since the start.
    private var hasBeenLetIn = false
    private let link: RetryPolicy
    /// What people are told who ask.
    private let board: StatusBoard
    private let idle: IdleCommand

    init(
        _ configuration: Configuration, _ context: PassContext, gate: InterfaceGate, stop: StopRequest,
        link: RetryPolicy = .link, board: StatusBoard? = nil, idle: IdleCommand = IdleCommand()
    ) {
        self.idle = idle
        self.board = board ?? StatusBoard(configuration)
        self.configuration = configuration
        self.context = context
        self.gate = gate
        self.stop = stop
        self.link = link
    }

    /// Why passes are over.
    enum End {
        case stopped
        /// A person wants the configuration to be read anew.
        case reloading
    }

    /// Makes passes until it is stopped. What fails on the way is told once, and tried again.
    ///
    /// - Throws: `ProgramError` when the state can't be used from the start, and when the folder holds what a server stores.
    func runUntilStopped() throws(ProgramError) -> End {
        var retries = PassRetries(intervalSeconds: configuration.intervalSeconds, link: link)
        try checkAtStart()
        openDesk()
        sayWatching()
        ServiceManager.tell(.ready)
        waitAfterBoot()
        while !stop.isStopping {
            let began = Instant.now
            board.update { $0.activity = .looking }
            _ = gate.isOpen()
            let result = try pass()
            if stop.isStopping { break }
            tell(result)
            idle.take(
                result, isServerThere: hasBeenLetIn && gate.isOpen(), command: configuration.idleCommand,
                say: { Log.write($0) })
            let next = retries.nextPass(after: result, began: began)
            board.update {
                $0.take(result)
                $0.nextPass = next
            }
            ServiceManager.tell(.status(board.current.summary))
            if isCalledEarly(before: next, after: result.failure, began) { retries.forget() }
            if stop.takeReload() { return .reloading }
        }
        ServiceManager.tell(.stopping)
        context.setup.reporter.announce(LogLine("stopped"))
        return .stopped
    }

    /// Makes one pass. It lasts until every file that it found has settled, as far as files do, and through links that
    /// break, as long as something comes of trying again.
    ///
    /// - Returns: `success` when everything that is due was confirmed.
    func runOnce() throws(ProgramError) -> ExitCode {
        let workplace = try open()
        var waitedFor: [LocalPath: Fingerprint]?
        var retries = PassRetries(intervalSeconds: configuration.intervalSeconds, link: link)
        while true {
            let result = try pass(workplace)
            tell(result)
            let pause = retries.pause(after: result)
            if let failure = result.failure, let pause {
                guard retries.isReconnecting, pause <= RetryPolicy.longestOfSinglePass,
                    retries.failures <= RetryPolicy.mostFruitless
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
            sayWaiting(for: settling.count, seconds)
            stop.wait(until: .after(seconds: seconds))
            if stop.isStopping { return .temporaryFailure }
        }
    }
}

// MARK: - A pass

extension Daemon {
    /// What a machine needs for its start, it has for itself; a person's call ends the waiting.
    private func waitAfterBoot() {
        guard let seconds = configuration.beginsAfterBoot else { return }
        // It counts from the machine's start.
        let begin = Instant(nanoseconds: UInt64(max(0, seconds) * 1e9))
        while Instant.now < begin, !stop.isStopping, !stop.isReloading, !stop.takeCall() {
            stop.wait(until: Deadline(at: begin))
        }
    }

    private func end(_ result: PassResult) -> ExitCode {
        let troubles = context.troubles()
        for (path, settling) in result.settling.sorted(by: { $0.key < $1.key }) {
            troubles.isUnfinished(path, settling.fingerprint, "it may still change")
        }
        if result.mayNotWipe { return .protocolError }
        return result.remaining == 0 ? .success : .temporaryFailure
    }
}

extension Daemon {
    /// Waits for the time of the next pass.
    ///
    /// - Returns: whether it was ended early, by a person who asks for a pass, or as this machine has come to another network
    ///   after one in which the server couldn't be reached: a captive portal may be left behind.
    private func isCalledEarly(before next: Instant, after failure: SyncFailure?, _ began: Instant) -> Bool {
        var next = next
        let mayBeNetwork = failure?.concernsNetwork == true
        let before = Surroundings(of: configuration.interfaces)
        while !stop.isStopping, Instant.now < next {
            let look = Deadline.after(seconds: RetryPolicy.networkLookSeconds)
            stop.wait(until: mayBeNetwork ? min(look, Deadline(at: next)) : Deadline(at: next))
            if stop.isReloading { return true }
            if stop.takeCall() {
                context.memory.notes.forgetPauses()
                return true
            }
            if let due = noteChanges(since: began), failure == nil { next = min(next, due) }
            if mayBeNetwork, Surroundings(of: configuration.interfaces).differ(from: before) { return true }
        }
        return false
    }

    /// Looks at what is told of the folder, if anything is.
    ///
    /// - Parameter began: when the last pass did.
    /// - Returns: by when a pass finds it settled.
    private func noteChanges(since began: Instant) -> Instant? {
        guard context.memory.noteChanges(in: configuration.folder, context.setup.selection) else { return nil }
        let settled = Instant.now.advanced(bySeconds: configuration.settle.settleSeconds + SettleTracker.anotherLook)
        return max(settled, began.advanced(bySeconds: min(configuration.intervalSeconds, Self.shortestInterval)))
    }

    /// Seconds from one look to the next at least, where files are closed all the time: each may need a connection.
    private static let shortestInterval = 30.0

    /// One of the daemon's passes. A folder that can't be used now may come later: a card that is put in.
    func pass() throws(ProgramError) -> PassResult {
        do throws(WorkplaceError) {
            let workplace = try Workplace.open(configuration, keeping: keptState)
            // Behind the pass: for want of room, its state may be in memory only by then.
            defer { keptState = workplace.keptState }
            return try introduced(Pass(context: context, folder: workplace.folder, state: workplace.state))
        } catch {
            if case .holdsServerStorage = error { throw error.programError }
            return PassResult(remaining: 1, failure: .local(error.description))
        }
    }

    /// What is wrong with the server or the login is told at the start, and not when the first recording is finished.
    private func introduced(_ pass: Pass) throws(WorkplaceError) -> PassResult {
        var result = try pass.run()
        if !hasBeenLetIn, result.failure == nil, !result.wasLoggedIn, gate.isOpen() { pass.introduce(&result) }
        if result.wasLoggedIn { hasBeenLetIn = true }
        return result
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
            keptState = try Workplace.open(configuration).keptState
        } catch {
            switch error {
            // A card that isn't put in yet, say: the passes tell, and wait for it.
            case .passing, .system: return
            case .holdsServerStorage, .state: throw error.programError
            }
        }
    }

    /// Lets people ask what is done. That nobody can is no reason not to work.
    private func openDesk() {
        do throws(SystemError) {
            guard let name = deskName, !board.isShown(at: name) else { return }
            try StatusDesk.open(name, board)
            board.noteShown(at: name)
        } catch {
            var line = LogLine("no-status", level: .warning)
            line.add("reason", error.description)
            context.setup.reporter.log(line)
        }
    }

    private var deskName: String? {
        try? StateLocation.deskName(
            server: configuration.server, user: configuration.user, watchedFolder: board.current.folder)
    }

    private func sayWatching() {
        var line = LogLine("watching")
        line.add("folder", configuration.folder)
        line.add("server", configuration.server.description)
        line.add("user", configuration.user)
        line.add("deletes", configuration.deletes ? "yes" : "no")
        context.setup.reporter.announce(line)
    }

    private func sayWaiting(for files: Int, _ seconds: Double) {
        // Ticks of a clock are no news.
        guard seconds >= 1 else { return }
        var line = LogLine("waiting-for-files")
        line.add("files", files)
        line.add("seconds", UInt64(seconds.rounded(.up)))
        line.add("reason", "they count as finished when they have stayed as they are for so long")
        context.setup.reporter.announce(line)
    }

    private func tell(_ result: PassResult) {
        // The gate has said so itself.
        if case .interfaceDown = result.failure { return }
        guard let failure = result.failure else { return tellRecovery(result) }
        if failure.description == told?.description, Instant.now < nextTelling { return }
        told = failure
        nextTelling = Instant.now.advanced(bySeconds: TellingAgain.failure)
        var line = LogLine("failed", level: failure.needsPerson ? .error : .warning)
        line.add("server", context.setup.target.server.description)
        line.add("reason", failure.description)
        context.setup.reporter.announce(line)
    }

    /// That there was nothing to send says nothing of the server, but that the folder could be looked at does of it.
    private func tellRecovery(_ result: PassResult) {
        guard let told else { return }
        if case .local = told {} else if !result.hasConnected { return }
        self.told = nil
        context.setup.reporter.announce(LogLine("working-again"))
    }
}
