import Platform

/// One look at the folder, and what follows from it.
struct Pass {
    /// What it reads.
    let setup: PassSetup
    /// What it changes, and leaves to the next one.
    let memory: PassMemory
    /// What it works on.
    let folder: WatchedFolder
    let state: ClientState
    /// What it finds in the way, which ends with it.
    let troubles: Troubles
    /// What wipes are worth here.
    let grading: ErasureGrading

    init(context: PassContext, folder: WatchedFolder, state: ClientState) {
        (setup, memory, troubles) = (context.setup, context.memory, context.troubles())
        (self.folder, self.state) = (folder, state)
        grading = setup.makeGrading()
    }

    /// - Throws: `WorkplaceError.holdsServerStorage` when the folder holds what a server stores.
    func run() throws(WorkplaceError) -> PassResult {
        tellWhatStaysUnwiped()
        recallTime()
        var scan = try look()
        if finishInterruptedWipes(scan.interruptedWipes) { scan = try look() }
        let unfinishedWipes = countUnfinished(scan.interruptedWipes)
        report(scan.problems)
        report(scan.leftOut)
        memory.observe(scan)
        var plan = plan(scan.files)
        if !plan.tasks.isEmpty, let seconds = tickToWait(plan.result) {
            // Else it would take a connection of its own, a moment later.
            setup.transfer.wait(seconds: seconds)
            scan = try look()
            memory.observe(scan)
            plan = self.plan(scan.files)
        }
        forgetMissing(scan)
        plan.result.remaining += scan.problems.count + unfinishedWipes
        // What is due has all that the sending needs; of a large folder the rest takes room for nothing.
        scan.files = []
        if plan.tasks.isEmpty { plan.result.remaining += plan.obstacles.files } else { send(&plan) }
        plan.obstacles.tell(setup.reporter, &memory.told)
        troubles.tellUnproven()
        removeEmptyFolders(scan)
        plan.result.standings = troubles.standings
        if setup.planner.deletes { plan.result.ground = grading.ground(under: folder.root.descriptor) }
        state.moveToDisk()
        return plan.result
    }

    /// Whoever asked for files to be wiped learns at the start, not from a full card, that there will be no proof for it.
    private func tellWhatStaysUnwiped() {
        guard setup.planner.deletes, !setup.planner.wipesUnproven, let reason = WipeProof.obstacle(in: folder),
            memory.told.isNews(reason)
        else { return }
        var line = LogLine("can't-wipe", level: .warning)
        line.add("reason", reason)
        setup.reporter.announce(line)
    }

    /// How long some file still waits, if it is for no more than a tick of its clock.
    private func tickToWait(_ result: PassResult) -> Double? {
        result.settling.values.map(\.seconds).filter { $0 <= setup.planner.rules.tickSeconds }.max()
    }

    private func look() throws(WorkplaceError) -> Scan {
        let scan = Scanner(
            folder: folder, selection: setup.selection, changes: memory.changes,
            notesEncryption: setup.keyFolder != nil
        ).scan()
        tellOfFlaw()
        if let marker = scan.storeMarkers.first { throw .holdsServerStorage("\(escaped(folder.path)), at \(marker),") }
        do throws(StateError) {
            try state.take(scan.volumes)
        } catch {
            setup.warn("file-systems-not-noted", error)
        }
        return scan
    }

    /// The looks notice everything all the same, only later.
    private func tellOfFlaw() {
        guard let flaw = memory.changes.takeFlaw(), memory.told.isNews(flaw) else { return }
        var line = LogLine("changes-not-told")
        line.add("reason", flaw)
        setup.reporter.log(line)
    }

    /// - Returns: whether files may have got their names back, so that another look is due.
    private func finishInterruptedWipes(_ paths: [LocalPath]) -> Bool {
        guard setup.planner.deletes else {
            for path in paths { tellOnce("left", path, "its wipe was interrupted; -d y finishes it") }
            return false
        }
        let isFirst = memory.isFirstPass()
        if paths.isEmpty, !isFirst { return false }
        let paths = paths + (isFirst ? unseenWipes(besides: paths) : [])
        let outcomes = eraser.finishInterrupted(paths)
        for (path, outcome) in zip(paths, outcomes) {
            switch outcome {
            case .wiped(let grade):
                var line = LogLine("wiped", path)
                line.add("grade", grade.rawValue)
                setup.reporter.log(line)
            case .kept(let reason), .unfinished(let reason): tellOnce("left", path, reason)
            }
        }
        return !paths.isEmpty
    }

    /// What is being wiped in a folder that is passed over since.
    private func unseenWipes(besides paths: [LocalPath]) -> [LocalPath] {
        let records = (try? state.wipeRecords()) ?? []
        return records.compactMap(\.wipingPath).filter { path in
            !paths.contains(path) && (try? folder.directory(of: path).status(of: path.name)) != nil
        }
    }

    /// How many files still stand under the names that wipes of ours gave them: neither where they stood, nor gone.
    private func countUnfinished(_ paths: [LocalPath]) -> Int {
        guard setup.planner.deletes else { return 0 }
        return paths.count { path in
            guard let id = WipeID(wipingName: path.name) else { return false }
            return (try? state.wipeRecord(id)) != nil
        }
    }

    /// Tells people something about a path, unless they know.
    func tellOnce(_ event: String, _ path: LocalPath, _ reason: String) {
        guard memory.told.isNews("\(path): \(reason)") else { return }
        var line = LogLine(event, path, level: .warning)
        line.add("reason", reason)
        setup.reporter.log(line)
    }

    private func report(_ problems: [ScanProblem]) {
        for problem in memory.told.news(among: problems) {
            var line = LogLine("can't-look", level: .warning)
            line.add("path", problem.path)
            line.add("reason", problem.error.description)
            setup.reporter.log(line)
        }
    }

    /// An empty folder may be a card that was taken out: what was on it is remembered until something else is there.
    private func forgetMissing(_ scan: Scan) {
        guard scan.problems.isEmpty, !scan.files.isEmpty, memory.isTimeToTidy() else { return }
        let paths = Set(scan.files.lazy.map { ShortMark($0.path) })
        memory.notes.keep { paths.contains(ShortMark($0)) }
        do throws(StateError) {
            try state.forgetMissing { paths.contains(ShortMark($0)) }
            try state.forgetWipedPaths(at: currentUnixTime())
        } catch {
            setup.warn("state-not-tidied", error)
        }
    }
}
