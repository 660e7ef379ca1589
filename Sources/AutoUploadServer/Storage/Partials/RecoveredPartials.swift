import Platform

/// What an earlier process has left in the staging folder.
struct RecoveredPartials {
    private(set) var partials: [OfferedFile.Key: Partial] = [:]
    /// What an admin should know of what was found.
    private(set) var warnings: [String] = []
    /// Whether nothing is left that may be a stored file's.
    private(set) var isClear = true
    private let staging: StagingFolder
    private let user: FileName?
    private let wallClock = currentUnixTime()

    /// - Parameters:
    ///   - user: whose folder it lies in; nil: it is the server's own.
    ///   - leftovers: knows which names may be those of published files; nil: none.
    init(in staging: StagingFolder, of user: FileName? = nil, after leftovers: Leftovers? = nil) throws(SystemError) {
        self.staging = staging
        self.user = user
        let names = Set(try staging.folder.names())
        let doubtful = try leftovers?.doubtful(among: names, in: staging.folder, isOwn: user == nil) ?? []
        var kept: Set<FileName> = []
        for record in names.subtracting(doubtful).sorted() {
            guard let data = RecordFile.partial(of: record), names.contains(data), !doubtful.contains(data),
                recover(data, record)
            else { continue }
            kept.formUnion([data, record])
        }
        remove(names.subtracting(kept).subtracting(doubtful))
        if !doubtful.isEmpty {
            warnings += leftovers?.setAside(doubtful.sorted(), from: staging.folder) ?? []
            isClear = (try? staging.folder.names().allSatisfy { !doubtful.contains($0) }) ?? false
        }
        // Seeing a name proves nothing: a predecessor may have been killed before it flushed it.
        if kept.isEmpty { return }
        do throws(SystemError) {
            try staging.flushNames()
            try staging.calls.requireIntact(staging.folder)
        } catch {
            // A full disk is to be emptied by going on with these, or by giving them up: not by forgetting that they are there.
            if !error.isLackOfRoom { throw error }
        }
    }

    /// What can't be removed, as after a power cut that has damaged a file system, is no reason not to serve.
    private mutating func remove(_ names: Set<FileName>) {
        var left: SystemError?
        for name in names
        where user == nil || StagedName.isOne(name) || RecordFile.partial(of: name).map(StagedName.isOne) == true {
            do throws(SystemError) {
                try staging.folder.remove(name)
            } catch {
                if error.errno != .noEntry { left = error }
            }
        }
        guard let left else { return }
        warnings.append(
            "the folder of unfinished uploads has something in it that can't be removed: \(left); check the disk")
    }

    /// - Returns: whether it can be gone on with.
    private mutating func recover(_ data: FileName, _ record: FileName) -> Bool {
        guard let (found, modified) = read(record), let age = age(modified), partials[found.record.offered.key] == nil,
            user == nil || user == found.record.offered.user, let status = try? staging.folder.status(of: data)
        else { return false }
        let parked = ParkedFile(
            name: data, durable: found.offset, slot: found.slot,
            expires: .now.advanced(bySeconds: staging.rules.expiry - age), prefix: nil,
            reservation: staging.space.hold(user: found.record.offered.user, bytes: found.offset))
        guard (try? parked.requireFit(status)) != nil else { return false }
        let offered = found.record.offered
        partials[offered.key] = Partial(offered, in: staging, parked: parked)
        return true
    }

    private func read(_ name: FileName) -> (PartialRecord.Found, modified: FileTime)? {
        guard let file = try? staging.folder.open(name, .reading), let status = try? file.status(),
            status.kind == .regular, status.size == UInt64(PartialRecord.byteCount),
            let bytes = try? file.readAll(limit: PartialRecord.byteCount), let found = PartialRecord.parse(bytes),
            // The bytes that it states were flushed before it was written; it may not have been.
            (try? staging.calls.file(file)) != nil
        else { return nil }
        return (found, status.modified)
    }

    /// Seconds since it was last written, by the wall clock: the only one that outlives a process. One that was set back
    /// makes nothing older.
    ///
    /// - Returns: nil when it has expired.
    private func age(_ modified: FileTime) -> Double? {
        let (age, overflow) = wallClock.subtractingReportingOverflow(modified.seconds)
        let seconds = overflow ? 0 : max(0, Double(age))
        return seconds < staging.rules.expiry ? seconds : nil
    }
}
