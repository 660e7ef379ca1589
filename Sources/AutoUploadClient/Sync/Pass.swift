import Platform

/// One look at the folder, and what follows from it.
struct Pass {
    let context: PassContext
    let folder: WatchedFolder
    let state: ClientState

    /// - Throws: `WorkplaceError.holdsServerStorage` when the folder holds what a server stores.
    func run() throws(WorkplaceError) -> PassResult {
        context.troubles.begin()
        context.headway.begin()
        context.wipeRights.begin()
        tellWhatStaysUnwiped()
        var scan = try look()
        if finishInterruptedWipes(scan.interruptedWipes) { scan = try look() }
        let unfinishedWipes = countUnfinished(scan.interruptedWipes)
        report(scan.problems)
        report(scan.leftOut)
        context.tracker.observe(scan)
        var (result, tasks) = plan(scan.files)
        if !tasks.isEmpty, let seconds = tickToWait(result) {
            // Else it would take a connection of its own, a moment later.
            context.transfer.wait(seconds: seconds)
            scan = try look()
            context.tracker.observe(scan)
            context.wipeRights.begin()
            (result, tasks) = plan(scan.files)
        }
        forgetMissing(scan)
        result.remaining += scan.problems.count + unfinishedWipes
        if tasks.isEmpty { result.remaining += context.wipeRights.files } else { send(tasks, &result) }
        context.wipeRights.tell(context.reporter)
        context.troubles.tellUnproven()
        state.moveToDisk()
        return result
    }

    /// Whoever asked for files to be wiped learns at the start, not from a full card, that there will be no proof for it.
    private func tellWhatStaysUnwiped() {
        guard context.planner.deletes, !context.planner.wipesUnproven, let reason = WipeProof.obstacle(in: folder),
            context.isNews(reason)
        else { return }
        var line = LogLine("can't-wipe", level: .warning)
        line.add("reason", reason)
        context.reporter.announce(line)
    }

    /// How long some file still waits, if it is for no more than a tick of its clock.
    private func tickToWait(_ result: PassResult) -> Double? {
        result.settling.values.map(\.seconds).filter { $0 <= context.planner.rules.tickSeconds }.max()
    }

    private func look() throws(WorkplaceError) -> Scan {
        let scan = Scanner(folder: folder, ignored: context.ignored).scan()
        if let marker = scan.storeMarkers.first { throw .holdsServerStorage("\(escaped(folder.path)), at \(marker),") }
        do throws(StateError) {
            try state.take(scan.volumes)
        } catch {
            context.warn("file-systems-not-noted", error)
        }
        return scan
    }

    /// - Returns: whether files may have got their names back, so that another look is due.
    private func finishInterruptedWipes(_ paths: [LocalPath]) -> Bool {
        guard context.planner.deletes else {
            for path in paths { context.tellOnce("left", path, "its wipe was interrupted; -d y finishes it") }
            return false
        }
        if paths.isEmpty, !context.isFirstPass() { return false }
        let outcomes = Eraser(folder: folder, state: state).finishInterrupted(paths)
        for (path, outcome) in zip(paths, outcomes) {
            switch outcome {
            case .wiped: context.reporter.log(LogLine("wiped", path))
            case .kept(let reason), .unfinished(let reason): context.tellOnce("left", path, reason)
            }
        }
        return !paths.isEmpty
    }

    /// How many files still stand under the names that wipes of ours gave them: neither where they stood, nor gone.
    private func countUnfinished(_ paths: [LocalPath]) -> Int {
        guard context.planner.deletes else { return 0 }
        return paths.count { path in
            guard let id = WipeID(wipingName: path.name) else { return false }
            return (try? state.wipeRecord(id)) != nil
        }
    }

    private func report(_ problems: [ScanProblem]) {
        let new = problems.filter { !context.toldProblems.contains($0) }
        context.toldProblems = Set(problems)
        for problem in new {
            var line = LogLine("can't-look", level: .warning)
            line.add("path", problem.path)
            line.add("reason", problem.error.description)
            context.reporter.log(line)
        }
    }

    /// An empty folder may be a card that was taken out: what was on it is remembered until something else is there.
    private func forgetMissing(_ scan: Scan) {
        guard scan.problems.isEmpty, !scan.files.isEmpty, context.isTimeToTidy() else { return }
        let paths = Set(scan.files.map(\.path))
        context.notes.keep(only: paths)
        do throws(StateError) {
            try state.forgetMissing(keeping: paths)
            try state.forgetWipedPaths(at: currentUnixTime())
        } catch {
            context.warn("state-not-tidied", error)
        }
    }
}
