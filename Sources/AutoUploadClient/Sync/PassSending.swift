import Platform
import Transport
import Wire

/// A pass's work with the server.
extension Pass {
    func send(_ plan: inout PassPlan) {
        let book = book(plan.obstacles)
        send(plan.tasks, book, &plan.result)
        plan.result.take(book)
        plan.result.remaining += plan.obstacles.files
        for (path, before, now) in book.putBack { memory.tracker.carryOver(path, from: before, to: now) }
        setup.reporter.end()
        summarise(book, plan.result)
    }

    private func send(_ tasks: [SyncTask], _ book: ConfirmationBook, _ result: inout PassResult) {
        let stepsBefore = memory.headway.steps
        defer { result.hasHeadway = memory.headway.steps > stepsBefore }
        setup.reporter.begin(files: tasks.count, bytes: tasks.reduce(0) { $0 &+ $1.file.size })
        do throws(SyncFailure) {
            let connection = try connect()
            let companion = startCompanion()
            defer { withExtendedLifetime(companion) {} }
            result.wasLoggedIn = true
            result.mayNotWipe = try !trustsReceipts(of: connection.welcome) && setup.planner.deletes
            if result.mayNotWipe { book.stopWiping() }
            // To ask about what was confirmed serves nothing but the wipe.
            let tasks = result.mayNotWipe ? tasks.filter { $0.purpose == .upload } : tasks
            try send(tasks, over: connection, book)
            result.hasConnected = true
            result.remaining += troubles.unsent
            noteUnsettled(in: &result)
        } catch {
            result.failure = error
            result.remaining += max(1, tasks.count - book.confirmed)
        }
    }

    /// What a person wants to go on meanwhile, as to keep the device awake.
    private func startCompanion() -> ShellCommand.Companion? {
        guard let command = setup.sendingCommand else { return nil }
        do throws(SystemError) {
            return try ShellCommand.Companion(command)
        } catch {
            tellOnce("while-sending-failed", error.description)
            return nil
        }
    }

    private func tellOnce(_ event: String, _ reason: String) {
        guard memory.told.isNews("\(event): \(reason)") else { return }
        var line = LogLine(event, level: .warning)
        line.add("reason", reason)
        setup.reporter.log(line)
    }

    /// Connects and logs in, though there is nothing to be sent.
    func introduce(_ result: inout PassResult) {
        do throws(SyncFailure) {
            var connection = try connect()
            (result.wasLoggedIn, result.hasConnected) = (true, true)
            connection.link.queue(.goodbye)
            // Whether the server hears it makes no difference.
            try? connection.link.flush(until: .after(seconds: 1))
            connection.link.close()
        } catch {
            result.failure = error
        }
    }

    private func book(_ obstacles: WipeObstacles) -> ConfirmationBook {
        ConfirmationBook(
            state: state, eraser: setup.planner.deletes ? setup.prepareEraser(eraser) : nil, reporter: setup.reporter,
            troubles: troubles, obstacles: obstacles, known: memory.confirmed, time: setup.target.time)
    }

    var eraser: Eraser {
        var eraser = Eraser(folder: folder, state: state)
        eraser.wipesUnproven = setup.planner.wipesUnproven
        eraser.grading = grading
        return eraser
    }

    private func send(
        _ tasks: [SyncTask], over connection: consuming ServerConnection, _ book: ConfirmationBook
    ) throws(SyncFailure) {
        let engine = Engine(
            connection, Backlog(tasks, setup.planner.encryption), folder: folder, book: book, troubles: troubles,
            headway: memory.headway,
            setup.sending)
        try engine.run()
    }

    private func summarise(_ book: ConfirmationBook, _ result: PassResult) {
        // A failure that lasts is told once, not at each pass.
        if result.failure != nil, book.confirmed == 0 { return }
        var line = LogLine("pass")
        line.add("confirmed", book.confirmed)
        if setup.planner.deletes { line.add("wiped", book.wiped) }
        line.add("remaining", result.remaining)
        setup.reporter.announce(line)
    }
}
