import Platform

/// The second half of a wipe, after the decision: there is no way back, only on.
extension Eraser {
    /// Destroys the contents of files that bear their wiping names, and then the files. An error leaves a file, with
    /// its record, for `finishInterrupted`.
    func destroy(_ wipes: [OngoingWipe], _ witness: (any WipeWitness)?) {
        // Of large ones each is gone before the next is begun: it may be what makes the room for that.
        let isSmall = { (wipe: OngoingWipe) in wipe.record.fingerprint.size <= Self.sharingBytes }
        for wipe in wipes where !isSmall(wipe) { destroyContents(of: [wipe], witness) }
        destroyContents(of: wipes.filter(isSmall), witness)
        for group in Self.byFolder(wipes) {
            goOn(group) { () throws(WipeFailure) in try flush(group, .flushRemoval) }
        }
        let removed = wipes.filter { $0.outcome == nil }
        goOn(removed) { () throws(WipeFailure) in try end(removed) }
        for wipe in removed where wipe.outcome == nil { wipe.outcome = .wiped(wipe.grade) }
    }

    /// Bytes of the largest file that shares a flush with others.
    private static let sharingBytes: UInt64 = 1 << 20
    /// So many share one at least: it flushes what others have written, too.
    private static let fewestSharing = 4

    private func destroyContents(of wipes: [OngoingWipe], _ witness: (any WipeWitness)?) {
        for wipe in wipes {
            witness?.stayInTouch()
            goOn([wipe]) { () throws(WipeFailure) in try overwrite(wipe, witness) }
        }
        flushContents(of: wipes)
        for wipe in wipes where wipe.outcome == nil {
            goOn([wipe]) { () throws(WipeFailure) in
                try truncate(wipe)
                try remove(wipe)
            }
        }
    }

    private func goOn(_ wipes: [OngoingWipe], _ body: () throws(WipeFailure) -> Void) {
        do throws(WipeFailure) {
            try body()
        } catch {
            for wipe in wipes { wipe.outcome = .unfinished(reason: "\(wipe.wipingName) remains: \(error.reason)") }
        }
    }

    private func overwrite(_ wipe: OngoingWipe, _ witness: (any WipeWitness)?) throws(WipeFailure) {
        // A whole batch is decided at once, and those before this one take their time: a program that makes its copies by
        // hard links may have come by.
        try wipe.checkLinks()
        let file = try wipe.heldFile()
        wipe.grade = grading.grade(of: file.descriptor)
        if try !overwrite(wipe.record, file.descriptor, witness) {
            wipe.grade = min(wipe.grade, grading.ground(under: file.descriptor).withoutOverwriting)
        }
    }

    /// Before the blocks are given back: else the random bytes might never reach them. Many files share a flush of their file
    /// system, where that is known to reach the medium.
    private func flushContents(of wipes: [OngoingWipe]) {
        let overwritten = wipes.filter { $0.outcome == nil }
        for group in Dictionary(grouping: overwritten, by: \.record.fingerprint.identity.device).values {
            if group.count >= Self.fewestSharing, let first = group.first?.held, flushesWhole(first) {
                goOn(group) { () throws(WipeFailure) in
                    try WipeFailure.system { () throws(SystemError) in
                        try before(.flushContent)
                        // Was opened before any of them was overwritten: it hears of what fails.
                        try first.descriptor.flushFileSystem()
                    }
                }
            } else {
                for wipe in group {
                    goOn([wipe]) { () throws(WipeFailure) in
                        let file = try wipe.heldFile()
                        try WipeFailure.system { () throws(SystemError) in
                            try before(.flushContent)
                            try file.descriptor.flush()
                        }
                    }
                }
            }
        }
    }

    private func flushesWhole(_ file: HeldFile) -> Bool {
        (try? file.descriptor.fileSystemKind().hasReliableWholeFlush) ?? false
    }

    private func truncate(_ wipe: OngoingWipe) throws(WipeFailure) {
        let file = try wipe.heldFile()
        try WipeFailure.system { () throws(SystemError) in
            // So that neither a name that is left behind nor what undeletes files tells of the old length. No flush of
            // its own: if it is lost, the file is found under its wiping name and all of this is done again.
            try before(.truncate)
            try file.descriptor.truncate(to: 0)
        }
    }

    /// - Returns: false where there was no room for it.
    private func overwrite(
        _ record: WipeRecord, _ descriptor: borrowing FileDescriptor, _ witness: (any WipeWitness)?
    ) throws(WipeFailure) -> Bool {
        try WipeFailure.system { () throws(SystemError) in try before(.overwrite) }
        var overwriter = try Overwriter()
        do throws(OverwriteError) {
            try overwriter.overwrite(descriptor, size: record.fingerprint.size) { witness?.stayInTouch() }
            return true
        } catch {
            guard error.isLackOfSpace else { throw WipeFailure(error.reason) }
            // Such a file system would have written elsewhere anyway. To wait for room would be to wait for ever: this
            // file is what could make some.
            Log.write(.warning, "\(record.path): removed without being overwritten: \(error.reason)")
            return false
        }
    }

    private func remove(_ wipe: OngoingWipe) throws(WipeFailure) {
        try wipe.checkName()
        // What is removed while it is open, NFS and FUSE give another name until it is closed.
        wipe.letGo()
        try WipeFailure.system { () throws(SystemError) in
            try before(.remove)
            try wipe.directory.remove(wipe.wipingName)
        }
    }

    private func end(_ wipes: [OngoingWipe]) throws(WipeFailure) {
        if wipes.isEmpty { return }
        try WipeFailure.system { () throws(SystemError) in try before(.end) }
        try WipeFailure.state { () throws(StateError) in try state.endWipes(wipes.map { ($0.record, $0.grade) }) }
    }
}
