import Domain
import Platform
import SQLite
import Storage

extension CatalogueWriter {
    /// Writes what has happened.
    mutating func write(_ notes: [CatalogueNote]) throws(SQLiteError) {
        guard let files = store?.place.files else { return }
        // Looked at before the transaction: a slow disk isn't to hold up who else writes.
        let found = notes.map { Self.look($0, files) }
        let numbers = try store?.change { connection, known throws(SQLiteError) in
            var numbers: [Int64] = []
            for (note, file) in zip(notes, found) {
                switch note {
                case .stored: if let file { numbers.append(try connection.put(file, &known)) }
                case .removed(let deleted, let user):
                    try connection.remove(deleted.path, of: user, &known)
                    try connection.noteDeletion(deleted, of: user)
                case .restored(let restored, let user):
                    if let file { numbers.append(try connection.put(file, &known)) }
                    try connection.noteReturn(restored, of: user)
                case .gone(let path, let batch, let user):
                    try connection.removeLinks(to: batch.place(of: path), of: user)
                case .logged(let entry): try connection.add(entry)
                case .session(let note): try connection.take(note)
                }
            }
            return numbers
        }
        for number in numbers ?? [] { rebuilding?.seen.insert(number) }
        for case .removed(let file, let user) in notes { rebuilding?.noteRemoved(file.path, user) }
    }

    /// - Returns: nil for what isn't there any more, or isn't what it was.
    private static func look(_ note: CatalogueNote, _ files: StoredFiles) -> FoundFile? {
        switch note {
        case .stored(let stored):
            var file = look(stored.path, of: stored.user, size: stored.size, files)
            file?.stored = stored.time
            file?.digest = stored.digest
            return file
        case .restored(let restored, let user):
            return look(restored.path, of: user, size: restored.deleted.size, files)
        case .removed, .gone, .logged, .session: return nil
        }
    }

    private static func look(_ path: RemotePath, of user: FileName, size: UInt64, _ files: StoredFiles) -> FoundFile? {
        guard let status = try? files.status(of: path, user: user), status.size == size,
            let name = FileName(path.parts.name)
        else { return nil }
        return FoundFile(user, Array(path.parts.folders), name, status)
    }

    // MARK: Rebuilding

    /// Begins to compare the index with the folder, where that is due.
    mutating func beginRebuilding() throws(SQLiteError) {
        let isStale = catalogue.state.withLock { $0.isStale && !$0.isRebuilding }
        guard isStale, Instant.now >= nextRebuilding, store != nil, let place = store?.place else { return }
        let last = try store?.connection.number("SELECT coalesce(max(id), 0) FROM files") ?? 0
        let epoch = catalogue.state.change { state in
            (state.isStale, state.isRebuilding, state.findings) = (false, true, [])
            return state.epoch
        }
        rebuilding = Rebuilding(lastOld: last)
        let catalogue = catalogue
        do throws(SystemError) {
            try Thread.detach(stackSize: 1 << 20) {
                Thread.lowerPriority()
                catalogue.lookThrough(place, epoch: epoch)
            }
        } catch {
            stopRebuilding(error.description)
        }
    }

    mutating func take(_ findings: Findings) throws(SQLiteError) {
        guard let rebuilding else { return }
        switch findings {
        case .end(let error?): stopRebuilding(error.description)
        case .end(nil): self.rebuilding?.sweepsFrom = 0
        case .files(let files):
            let there = files.filter { !rebuilding.isRemoved($0) }
            let numbers = try store?.change { connection, known throws(SQLiteError) in
                var numbers: [Int64] = []
                for file in there { numbers.append(try connection.put(file, &known)) }
                return numbers
            }
            for number in numbers ?? [] { self.rebuilding?.seen.insert(number) }
            self.rebuilding?.files += there.count
        }
    }

    private mutating func stopRebuilding(_ reason: String) {
        rebuilding = nil
        nextRebuilding = Instant.now.advanced(bySeconds: 60)
        catalogue.report("catalogue-not-rebuilt", "it is tried again in a minute: \(reason)")
        catalogue.state.change { ($0.isRebuilding, $0.isStale) = (false, true) }
    }

    /// Rows that are judged in one transaction.
    private static let sweepRows = 2000

    /// Removes some of the rows whose files are gone.
    mutating func sweep() throws(SQLiteError) {
        guard let current = rebuilding, let from = current.sweepsFrom else { return }
        let next = try store?.change { connection, known throws(SQLiteError) in
            let rows = try connection.query(
                "SELECT id FROM files WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
                [.integer(from), .integer(current.lastOld), .integer(Int64(Self.sweepRows))]
            ) { $0.integer(0) }
            for row in rows where !current.seen.contains(row) {
                try connection.execute("DELETE FROM files WHERE id = ?", [.integer(row)])
            }
            if rows.isEmpty {
                try connection.removeEmptyFolders()
                known = KnownFolders()
            }
            return rows.last
        }
        if let last = next {
            rebuilding?.sweepsFrom = last
            return
        }
        finishRebuilding(current)
    }

    private mutating func finishRebuilding(_ current: Rebuilding) {
        rebuilding = nil
        catalogue.state.change { $0.isRebuilding = false }
        var line = LogLine("catalogue-rebuilt")
        line.add("files", current.files)
        line.add("seconds", seconds: Instant.now.seconds(since: current.begun))
        catalogue.tell(line)
    }
}

extension SQLiteConnection {
    /// What holds no file any more; and counts anew what the users have.
    fileprivate mutating func removeEmptyFolders() throws(SQLiteError) {
        let empty =
            "FROM folders WHERE NOT EXISTS (SELECT 1 FROM files f WHERE f.folder = folders.id) "
            + "AND NOT EXISTS (SELECT 1 FROM folders b WHERE b.parent = folders.id)"
        for _ in 0...RemotePath.maximumComponents {
            if try number("SELECT count(*) \(empty)") == 0 { break }
            try execute("DELETE \(empty)")
        }
        try execute("DELETE FROM users WHERE NOT EXISTS (SELECT 1 FROM folders d WHERE d.user = users.id)")
        try execute(
            "UPDATE users SET (files, bytes) = (SELECT count(*), coalesce(sum(size), 0) FROM files f WHERE f.user = users.id)"
        )
        try execute("UPDATE upkeep SET rebuilt = rebuilt + 1")
    }
}
