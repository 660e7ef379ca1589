import Platform
import Transport
import Wire

/// A pass's work with the server.
extension Pass {
    func send(_ tasks: [SyncTask], _ result: inout PassResult) {
        let eraser = context.planner.deletes ? context.prepareEraser(eraser) : nil
        let book = ConfirmationBook(
            state: state, eraser: eraser, reporter: context.reporter, troubles: context.troubles,
            rights: context.wipeRights, known: context.confirmed)
        context.reporter.begin(files: tasks.count, bytes: tasks.reduce(0) { $0 &+ $1.file.size })
        do throws(SyncFailure) {
            let connection = try ServerConnection.open(context.target, context.transfer)
            result.wasLoggedIn = true
            sayConnected(connection)
            result.mayNotWipe =
                try !context.trustsReceipts(of: connection.welcome, state) && context.planner.deletes
            if result.mayNotWipe { book.stopWiping() }
            // To ask about what was confirmed serves nothing but the wipe.
            let tasks = result.mayNotWipe ? tasks.filter { $0.purpose == .upload } : tasks
            try send(tasks, over: connection, book)
            result.hasConnected = true
            result.remaining += context.troubles.unsent
            noteUnsettled(in: &result)
        } catch {
            result.failure = error
            result.remaining += max(1, tasks.count - book.confirmed)
        }
        result.remaining += book.unfinished + book.unproven + context.wipeRights.files
        for (path, before, now) in book.putBack { context.tracker.carryOver(path, from: before, to: now) }
        result.hasHeadway = context.headway.isMade
        context.reporter.end()
        summarise(book, result)
    }

    /// Connects and logs in, though there is nothing to be sent.
    func introduce(_ result: inout PassResult) {
        do throws(SyncFailure) {
            var connection = try ServerConnection.open(context.target, context.transfer)
            (result.wasLoggedIn, result.hasConnected) = (true, true)
            sayConnected(connection)
            connection.link.queue(.goodbye)
            // Whether the server hears it makes no difference.
            try? connection.link.flush(until: .after(seconds: 1))
            connection.link.close()
        } catch {
            result.failure = error
        }
    }

    private var eraser: Eraser {
        var eraser = Eraser(folder: folder, state: state)
        eraser.wipesUnproven = context.planner.wipesUnproven
        return eraser
    }

    private func send(
        _ tasks: [SyncTask], over connection: consuming ServerConnection, _ book: ConfirmationBook
    ) throws(SyncFailure) {
        let engine = Engine(
            connection, Backlog(tasks), folder: folder, book: book, context: context)
        try engine.run()
    }

    private func sayConnected(_ connection: borrowing ServerConnection) {
        for address in connection.passedOver where context.isNews(address) {
            var line = LogLine("passed-over", level: .warning)
            line.add("reason", address)
            context.reporter.log(line)
        }
        var line = LogLine("connected")
        line.add("server", context.target.server.description)
        line.add("address", connection.link.peer.description)
        line.add("user", context.target.user)
        line.add("tls", connection.link.protection)
        line.add("software", connection.welcome.software)
        line.add("protocol", connection.welcome.version)
        context.reporter.log(line)
    }

    private func summarise(_ book: ConfirmationBook, _ result: PassResult) {
        // A failure that lasts is told once, not at each pass.
        if result.failure != nil, book.confirmed == 0 { return }
        var line = LogLine("pass")
        line.add("confirmed", book.confirmed)
        if context.planner.deletes { line.add("wiped", book.wiped) }
        line.add("remaining", result.remaining)
        context.reporter.announce(line)
    }
}
