import Platform

/// The way back, as long as no content is gone.
extension Eraser {
    /// Gives a file its own name again and takes back the record.
    func putBack(_ wipe: OngoingWipe, because reason: String) {
        // First: under its own name nobody who opens it may meet a lease of ours.
        wipe.letGo()
        do throws(WipeFailure) {
            try putBack(wipe.wipingName, in: wipe.directory, wipe.record)
            wipe.outcome = .kept(reason: reason)
        } catch {
            wipe.outcome = .unfinished(reason: "\(reason); it stays as \(wipe.wipingName): \(error.reason)")
        }
    }

    /// Gives what stands under a wiping name the name in its record, whatever it is: it was taken from there.
    ///
    /// - Throws: when it still stands under the wiping name; the record stays, too.
    func putBack(_ wipingName: FileName, in directory: Directory, _ record: WipeRecord) throws(WipeFailure) {
        do throws(SystemError) {
            try before(.putBack)
            // What failed may have been the renaming, or what stands before it.
            if try Self.isThere(wipingName, in: directory) {
                try Self.renameBack(wipingName, in: directory, as: record.path.name)
            }
        } catch {
            guard error.errno == .exists else { throw WipeFailure(error.description) }
            throw WipeFailure(
                "another file has taken its name, \(record.path): once that is gone, a pass gives the name back; if it stays, "
                    + "move that one away")
        }
        do throws(WipeFailure) {
            try cancel(record, in: directory)
        } catch {
            // A record without a file does no harm: `finishInterrupted` sees that there is none.
            Log.write(.warning, "\(record.path): the record of a wipe that was taken back stays: \(error.reason)")
        }
    }

    private func cancel(_ record: WipeRecord, in directory: Directory) throws(WipeFailure) {
        // First the name: after a power cut in between, the file would stay under its wiping name without a record.
        try WipeFailure.system { () throws(SystemError) in
            try before(.flushBack)
            if !keepsRenames(in: directory) { try Self.flush(record.path.name, in: directory) }
            try flushNames(in: directory)
            try before(.cancel)
        }
        try WipeFailure.state { () throws(StateError) in try state.cancelWipes([record.id]) }
    }

    /// Flushes a file that has just got its name back; who has taken it away since, or holds it, has to do with it now.
    private static func flush(_ name: FileName, in directory: Directory) throws(SystemError) {
        do throws(SystemError) {
            try directory.open(name, .readingQuietly).flush()
        } catch {
            guard [.noEntry, .tryAgain].contains(error.errno) else { throw error }
        }
    }

    static func isThere(_ name: FileName, in directory: Directory) throws(SystemError) -> Bool {
        do throws(SystemError) {
            _ = try directory.status(of: name, fresh: true)
            return true
        } catch {
            if error.errno == .noEntry { return false }
            throw error
        }
    }

    /// Whether both names lead to the same file.
    private static func isOneFile(
        _ first: FileName, _ second: FileName, in directory: Directory
    ) throws(SystemError) -> Bool {
        guard try isThere(second, in: directory) else { return false }
        let (one, other) = (
            try directory.status(of: first, fresh: true), try directory.status(of: second, fresh: true)
        )
        // Numbers alone prove nothing where a file system makes them up.
        return one.identity == other.identity && one.links > 1 && other.links > 1
    }

    /// Never in the place of a file that has come to bear the name since.
    private static func renameBack(
        _ wipingName: FileName, in directory: Directory, as name: FileName
    ) throws(SystemError) {
        // Where the way back takes two steps, it may have ended after the first.
        if try isOneFile(wipingName, name, in: directory) { return try directory.remove(wipingName) }
        do throws(SystemError) {
            return try directory.renameWithoutReplacing(wipingName, to: directory, as: name)
        } catch {
            guard meansUnsupported(error.errno) else { throw error }
        }
        // In two steps, of which the second takes nothing from anybody.
        try directory.link(wipingName, to: directory, as: name)
        try directory.remove(wipingName)
    }
}
