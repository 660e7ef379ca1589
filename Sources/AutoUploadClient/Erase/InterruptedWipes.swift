import Platform

/// Wipes that a crash, a power cut or an error left unfinished.
extension Eraser {
    /// Goes on with files under wiping names: those whose content may be gone already are destroyed to the end, those
    /// whose content is whole get their names back and are recordings again, for the next scan.
    ///
    /// A file without a record in this state is left alone, as is one that isn't what its record says. Records whose file
    /// is gone are ended. Not to be called while `wipe` runs.
    /// - Parameter paths: as a scan reported them.
    /// - Returns: one outcome for each path, in their order; `.kept` for those that got their names back too.
    func finishInterrupted(_ paths: [LocalPath]) -> [WipeOutcome] {
        let outcomes = paths.map(finish)
        endVanished()
        return outcomes
    }

    private func finish(_ path: LocalPath) -> WipeOutcome {
        do throws(WipeFailure) {
            let record = try record(of: path)
            return record.isDecided ? try destroy(path, record) : try restore(path, record)
        } catch {
            return .kept(reason: error.reason)
        }
    }

    private func record(of path: LocalPath) throws(WipeFailure) -> WipeRecord {
        guard let id = WipeID(wipingName: path.name) else {
            throw WipeFailure("it bears a name for wiping, but not one that this program gives; left alone")
        }
        let record = try WipeFailure.state { () throws(StateError) in try state.wipeRecord(id) }
        guard let record else {
            throw WipeFailure("no record says that this file may be wiped, or what its name was; left alone")
        }
        guard record.path.folders == path.folders else {
            throw WipeFailure("it isn't in the folder that it was to be wiped in; left alone")
        }
        return record
    }

    private func restore(_ path: LocalPath, _ record: WipeRecord) throws(WipeFailure) -> WipeOutcome {
        let directory = try WipeFailure.system { () throws(SystemError) in try folder.directory(of: path) }
        try putBack(path.name, in: directory, record)
        return .kept(reason: "its wipe was interrupted before anything was lost: it is \(record.path) again")
    }

    private func destroy(_ path: LocalPath, _ record: WipeRecord) throws(WipeFailure) -> WipeOutcome {
        let directory = try WipeFailure.system { () throws(SystemError) in try folder.directory(of: path) }
        let descriptor = try open(path.name, in: directory)
        let kind = try WipeFailure.system { () throws(SystemError) in try descriptor.fileSystemKind() }
        let isLeased = try takeLease(descriptor, kind)
        try check(descriptor, record, kind)
        // It was proven to be nobody else's, and asked about if it had to be, before it was decided.
        let file = HeldFile(descriptor, isLeased: isLeased, isForeign: false)
        let wipe = OngoingWipe(record, path.name, in: directory, held: file)
        destroy([wipe], nil)
        return wipe.outcome ?? .unfinished(reason: "it wasn't gone through with")
    }

    private func check(
        _ descriptor: borrowing FileDescriptor, _ record: WipeRecord, _ kind: FileSystemKind
    ) throws(WipeFailure) {
        let status = try WipeFailure.system { () throws(SystemError) in try descriptor.status(fresh: true) }
        guard status.kind == .regular, status.size == record.fingerprint.size || status.size == 0 else {
            throw WipeFailure("it isn't the file that was to be wiped; left alone")
        }
        guard status.links == 1 else { throw WipeFailure("it has got another name (a hard link); left alone") }
        // A device's number may be another after a start of the machine; an inode's only where it is made up anew.
        let (now, then) = (status.identity, record.fingerprint.identity)
        guard !kind.keepsInodeNumbers || (now.inode, now.born) == (then.inode, then.born) else {
            throw WipeFailure("it isn't the file that was to be wiped (another inode); left alone")
        }
        guard Self.mayBeOneBirth(now.born, then.born) else {
            throw WipeFailure("it isn't the file that was to be wiped (it was made at another time); left alone")
        }
    }

    /// Whether files may have been made at the same time, told by a clock of FAT, which goes by the local time and may be kept more
    /// coarsely than it was told at first.
    static func mayBeOneBirth(_ first: FileTime, _ second: FileTime) -> Bool {
        if first.seconds == 0 || second.seconds == 0 { return true }
        let (distance, overflow) = first.seconds.subtractingReportingOverflow(second.seconds)
        guard !overflow else { return false }
        // Zones of time are quarters of hours apart, and less than a day.
        let rest = abs(distance % 900)
        return distance.magnitude <= 86_400 && min(rest, 900 - rest) <= 2
    }

    /// Ends the records whose file is gone: the removal, or the return of its name, was the last thing that happened.
    private func endVanished() {
        do throws(StateError) {
            let vanished = try state.wipeRecords().filter(isGone)
            try state.endWipes(vanished.filter(\.isDecided).map { ($0, .unknown) })
            try state.cancelWipes(vanished.filter { !$0.isDecided }.map(\.id))
        } catch {
            Log.write(.warning, "wipes that came to their end can't be forgotten: \(error)")
        }
    }

    /// Only where the folder is there, on the device that it was on: a card that isn't mounted proves nothing.
    private func isGone(_ record: WipeRecord) -> Bool {
        guard let path = record.wipingPath, let directory = try? folder.directory(of: path),
            let device = try? directory.status().identity.device, device == record.fingerprint.identity.device
        else { return false }
        return (try? Self.isThere(path.name, in: directory)) == false
    }
}
