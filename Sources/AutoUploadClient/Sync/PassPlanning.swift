import Domain
import Platform

/// What is due, and how it stands with the rest.
struct PassPlan {
    var result = PassResult()
    var tasks: [SyncTask] = []
    /// What stays for want of them isn't asked about.
    let obstacles: WipeObstacles
}

/// What is due, and why the rest isn't.
extension Pass {
    func plan(_ files: [FoundFile]) -> PassPlan {
        var plan = PassPlan(obstacles: WipeObstacles(grading))
        memory.confirmed.keep(among: files)
        memory.holds.begin(files)
        memory.appenders.begin(files)
        troubles.standings = Standings()
        decide(files) { file, action in
            if let task = task(for: action, file, noting: &plan) { plan.tasks.append(task) }
        }
        plan.tasks = setup.order.arranged(plan.tasks)
        saveHolds()
        return plan
    }

    /// Finds out what is to be done with each file.
    func decide(_ files: [FoundFile], _ body: (FoundFile, Action) -> Void) {
        let knowledge = knowledge(files)
        for start in stride(from: 0, to: files.count, by: Self.readTogether) {
            ServiceManager.alive()
            state.readTogether {
                for file in files[start..<min(start + Self.readTogether, files.count)] {
                    body(file, setup.planner.action(for: file, knowledge))
                }
            }
        }
    }

    /// Files that the state is asked about in one go.
    private static let readTogether = 256

    private func knowledge(_ files: [FoundFile]) -> Planner.Knowledge {
        let mayBeKnown = (try? state.hasConfirmations()) ?? true
        // Where the system can tell who writes a file, and there is one to connect for, the other small ones are asked about
        // when they are read, which comes anyway. A large one would be planned for, and begun, in vain.
        var isWorthConnecting = false
        return Planner.Knowledge(
            settle: memory.tracker, notes: memory.notes, now: .now,
            recognition: { file, remote in mayBeKnown ? recognition(of: file, remote) : .unknown },
            hold: hold, holdOfConfirmed: holdOfConfirmed, staysAsCopy: copiesThatStay(among: files),
            writer: { file in
                let writer = writer(of: file)
                if writer == .none { isWorthConnecting = true }
                return writer
            },
            asksWhenReading: { isWorthConnecting && $0.fingerprint.isOfSmallFile },
            wasWiped: { file in (try? state.wipedPath(file.path)).flatMap(\.self) != nil })
    }

    /// - Returns: nil when nothing is to be done with the file now.
    private func task(for action: Action, _ file: FoundFile, noting plan: inout PassPlan) -> SyncTask? {
        switch action {
        case .upload(let due):
            tellOver(due)
            return SyncTask(file: due, purpose: .upload)
        case .recognise(let due):
            return known(SyncTask(file: due, purpose: .upload, isInDoubt: true))
                ?? SyncTask(file: due, purpose: .upload)
        case .confirmAgain(let due):
            // Both sides would read all of it, for nothing.
            if let reason = plan.obstacles.obstacle(to: file.path, in: folder) {
                troubles.standings.add(.kept, file.path, file.fingerprint.size, reason)
                return nil
            }
            return known(SyncTask(file: due, purpose: .confirmAgain))
        case .wait(let seconds, let delay): note(file, seconds, delay, in: &plan.result)
        case .nothing(let idleness): note(file, idleness, in: &plan.result)
        }
        return nil
    }

    /// The same, with what is known of a content that was encrypted and confirmed.
    ///
    /// - Returns: nil when that can't be looked up: then the server can't be asked about it.
    private func known(_ task: SyncTask) -> SyncTask? {
        if setup.planner.encryption == nil { return task }
        guard let record = try? state.confirmation(of: task.file.path), let encrypted = record.encrypted else {
            return nil
        }
        var task = task
        task.form = .known(
            KnownContent(plaintext: encrypted.plaintext, digest: record.digest, size: encrypted.storedSize))
        return task
    }

    private func note(_ file: FoundFile, _ seconds: Double?, _ delay: Delay, in result: inout PassResult) {
        // That it is open is noted with the pause that follows.
        if delay != .beingWritten {
            let kind = kind(of: file, delay)
            troubles.standings.add(kind, file.path, file.fingerprint.size, seconds: seconds, delay.reason)
        }
        switch delay {
        case .settling, .closed:
            if delay == .closed {
                memory.notes.wasClosed(file.path)
                memory.tracker.beginAnew(file.path, at: .now)
            }
            result.remaining += 1
            result.settling[file.path] = PassResult.Settling(fingerprint: file.fingerprint, seconds: seconds ?? 0)
        case .beingWritten:
            result.remaining += 1
            troubles.isOpen(file.path, file.fingerprint)
        case .held(let reason):
            result.remaining += 1
            result.held += 1
            tellHeld(file, reason, seconds)
        case .kept(let reason): troubles.tell(file.path, file.fingerprint, "kept", reason, level: .info)
        case .noted(_, let isConfirmed): result.remaining += isConfirmed ? 0 : 1
        }
    }

    /// What is told of a file that waits.
    func kind(of file: FoundFile, _ delay: Delay) -> FileStanding.Kind {
        switch delay {
        case .settling, .closed: .settling
        case .beingWritten: .open
        case .held: .held
        case .kept: .kept
        case .noted: memory.notes.note(for: file.path, file.fingerprint, at: .now)?.kind ?? .refused
        }
    }

    func noteUnsettled(in result: inout PassResult) {
        for file in troubles.unsettled {
            let seconds = memory.tracker.waitingTime(
                for: file.path, file.fingerprint, writer: .unknown, at: .now, rules: setup.planner.rules)
            result.remaining += 1
            result.settling[file.path] = PassResult.Settling(
                fingerprint: file.fingerprint, seconds: max(seconds ?? 0, SettleTracker.anotherLook))
        }
    }

    private func note(_ file: FoundFile, _ idleness: Idleness, in result: inout PassResult) {
        switch idleness {
        case .confirmed, .keptCopy: return
        case .hardLinked:
            let reason = "it has \(file.links) names: wiping one would empty the others"
            troubles.standings.add(.kept, file.path, file.fingerprint.size, reason)
            troubles.tell(file.path, file.fingerprint, "kept", reason)
        case .unproven:
            result.remaining += 1
            let reason = WipeProof.missing(
                for: file.path, in: folder, size: file.fingerprint.size, setup.planner.wipesUnproven)
            troubles.unproven(file.path, file.fingerprint, reason)
        case .unusablePath(let flaw):
            result.remaining += 1
            troubles.standings.add(.unusable, file.path, file.fingerprint.size, flaw.description)
            troubles.tell(file.path, file.fingerprint, "can't-send", flaw.description)
        }
    }

    func recognition(of file: FoundFile, _ remote: RemotePath) -> Recognition {
        if memory.confirmed.contains(file) { return .confirmed }
        // State that can't be read costs a question to the server, or bytes that are sent twice.
        guard let record = try? state.confirmation(of: file.path), record.remotePath == remote,
            (record.encrypted != nil) == (setup.planner.encryption != nil)
        else { return .unknown }
        guard record.fingerprint == file.fingerprint else { return resembles(record, file) ? .resembling : .unknown }
        if let again = setup.askingAgain, !setup.planner.deletes {
            return again.concerns(record.confirmedAt, now: setup.target.time.now) ? .resembling : .confirmed
        }
        memory.confirmed.insert(file, at: record.confirmedAt)
        return .confirmed
    }

    /// A new time says little: clocks on FAT follow the season, copies get the time of the copying. Once it was begun to be
    /// sent, the server was asked, and didn't have it.
    private func resembles(_ record: ConfirmationRecord, _ file: FoundFile) -> Bool {
        guard record.fingerprint.size == file.fingerprint.size else { return false }
        return file.fingerprint.isOfSmallFile || (try? state.hasBegun(file.path, file.fingerprint)) != true
    }

    private func writer(of file: FoundFile) -> WriterState {
        WriterCheck.state(of: file.path, in: folder)
    }
}
