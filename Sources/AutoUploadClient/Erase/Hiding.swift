import Platform

/// The first half of a wipe, up to the decision: all of it can be taken back.
extension Eraser {
    /// Gives the files their wiping names, durably, and records that their contents may go now. Those that it fails for
    /// get their outcome.
    func hide(_ wipes: [OngoingWipe], _ witness: (any WipeWitness)?) {
        if wipes.isEmpty { return }
        let wasDurable = state.isDurable
        attempt(wipes) { () throws(WipeFailure) in
            try record(wipes)
            try requireLasting(wasDurable, Self.recordCannotLast)
        }
        for wipe in wipes where wipe.outcome == nil {
            attempt([wipe]) { () throws(WipeFailure) in try rename(wipe) }
        }
        letOpenersThrough(wipes)
        for wipe in wipes where wipe.outcome == nil {
            attempt([wipe]) { () throws(WipeFailure) in try seize(wipe) }
        }
        // Before any content goes the new name must last: else a power cut brings back the old name with random bytes.
        for group in Self.byFolder(wipes) {
            attempt(group) { () throws(WipeFailure) in try flushRenamed(group) }
        }
        askAgain(wipes.filter { $0.outcome == nil && $0.isForeign }, witness)
        // What the answers took was time, too.
        for wipe in wipes where wipe.outcome == nil {
            attempt([wipe]) { () throws(WipeFailure) in try wipe.checkRenamed() }
        }
        let renamed = wipes.filter { $0.outcome == nil }
        attempt(renamed) { () throws(WipeFailure) in
            try decide(renamed)
            try requireLasting(wasDurable, "there is no room to note that its content goes")
        }
    }

    /// A record on the disk that says nothing of the decision, which is in memory only for want of room, would give random bytes
    /// the recording's name after a crash.
    private func requireLasting(_ wasDurable: Bool, _ reason: String) throws(WipeFailure) {
        if wasDurable, !state.isDurable { throw WipeFailure(reason) }
    }

    static let recordCannotLast = "there is no room to note that it is being wiped"

    /// Seconds in which who has found a file by its own name comes to open it, be the processor busy.
    private static let openingSeconds = 0.002

    /// Who has found a file by its own name, and not opened it yet, must not meet our lease.
    private func letOpenersThrough(_ wipes: [OngoingWipe]) {
        if wipes.contains(where: { $0.outcome == nil }) { Thread.sleep(seconds: Self.openingSeconds) }
    }

    /// Neither the marker nor the file tag tells of a storage that is seen over a network or through FUSE: but what was
    /// hidden here is gone there.
    private func askAgain(_ wipes: [OngoingWipe], _ witness: (any WipeWitness)?) {
        if wipes.isEmpty { return }
        let objections = witness?.objections(to: wipes.map(\.record))
        for wipe in wipes {
            guard let objections else {
                putBack(wipe, because: "the server can't be asked once more whether it has it")
                continue
            }
            if let objection = objections[wipe.record.id] { putBack(wipe, because: objection) }
        }
    }

    /// Does something for files together; when it fails, all of them are put back.
    private func attempt(_ wipes: [OngoingWipe], _ body: () throws(WipeFailure) -> Void) {
        do throws(WipeFailure) {
            try body()
        } catch {
            for wipe in wipes where wipe.outcome == nil { putBack(wipe, because: error.reason) }
        }
    }

    private func record(_ wipes: [OngoingWipe]) throws(WipeFailure) {
        try WipeFailure.system { () throws(SystemError) in try before(.record) }
        try WipeFailure.state { () throws(StateError) in try state.beginWipes(wipes.map(\.record)) }
    }

    private func decide(_ wipes: [OngoingWipe]) throws(WipeFailure) {
        if wipes.isEmpty { return }
        try WipeFailure.system { () throws(SystemError) in try before(.decide) }
        try WipeFailure.state { () throws(StateError) in try state.decideWipes(wipes.map(\.record.id)) }
    }

    private func rename(_ wipe: OngoingWipe) throws(WipeFailure) {
        try WipeFailure.system { () throws(SystemError) in try before(.rename) }
        try wipe.checkUnchanged()
        try WipeFailure.system { () throws(SystemError) in
            do throws(SystemError) {
                try Self.rename(wipe)
            } catch {
                // The folder may have to grow for the longer name, on a disk that is full until this file is gone.
                guard error.errno == .noSpace, state.releaseReserve() else { throw error }
                try Self.rename(wipe)
            }
        }
    }

    private static func rename(_ wipe: OngoingWipe) throws(SystemError) {
        let (directory, name) = (wipe.directory, wipe.record.path.name)
        do throws(SystemError) {
            try directory.renameWithoutReplacing(name, to: directory, as: wipe.wipingName)
        } catch {
            guard meansUnsupported(error.errno) else { throw error }
            try requireWayBack(wipe)
            // Nothing can be replaced: nobody else knows the 128 random bits of the new name.
            try directory.rename(name, to: directory, as: wipe.wipingName)
        }
    }

    /// Where no renaming keeps from replacing, the file gets its name back by a second one, which a recording that has come to
    /// bear it stands against: makes sure, before the file is hidden, that this file system gives any.
    private static func requireWayBack(_ wipe: OngoingWipe) throws(SystemError) {
        let (directory, name) = (wipe.directory, wipe.record.path.name)
        do throws(SystemError) {
            try directory.link(name, to: directory, as: wipe.wipingName)
        } catch {
            guard meansUnsupported(error.errno) || error.errno == .notPermitted else { throw error }
            throw SystemError(
                "give the file another name such that it surely could get its own back (this file system neither renames "
                    + "without replacing nor knows hard links)", errno: error.errno)
        }
        try directory.remove(wipe.wipingName)
    }

    /// Whether renaming without replacing isn't there on this file system (NFS, much of FUSE).
    static func meansUnsupported(_ errno: Errno) -> Bool {
        [.invalid, .notImplemented, .notSupported].contains(errno)
    }
}

// MARK: - Flushing names

extension Eraser {
    /// Those that still go on, by the folder that they are in.
    static func byFolder(_ wipes: [OngoingWipe]) -> [[OngoingWipe]] {
        let ongoing = wipes.filter { $0.outcome == nil }
        return Dictionary(grouping: ongoing, by: \.record.path.folders).values.map { $0 }
    }

    /// Makes the wiping names of files in one folder last, and the end of their own ones.
    private func flushRenamed(_ wipes: [OngoingWipe]) throws(WipeFailure) {
        guard let directory = wipes.first?.directory else { return }
        if !keepsRenames(in: directory) {
            for wipe in wipes {
                let file = try wipe.heldFile()
                try WipeFailure.system { () throws(SystemError) in
                    try before(.flushRenamed)
                    try file.descriptor.flush()
                }
            }
        }
        try flush(wipes, .flushName)
    }

    /// Flushes the names in the folder that all of these are in.
    func flush(_ wipes: [OngoingWipe], _ step: WipeStep) throws(WipeFailure) {
        guard let directory = wipes.first?.directory else { return }
        try WipeFailure.system { () throws(SystemError) in
            try before(step)
            try flushNames(in: directory)
        }
    }

    func flushNames(in directory: Directory) throws(SystemError) {
        // Of FAT's folders the old names were found on the medium again after all flushes but this one. First: it doesn't
        // empty the disk's own cache, as the other does.
        if !keepsRenames(in: directory) { try directory.descriptor.flushFileSystem() }
        try directory.flush()
    }

    func keepsRenames(in directory: Directory) -> Bool {
        (try? directory.descriptor.fileSystemKind()).map(keepsRenames) ?? false
    }
}
