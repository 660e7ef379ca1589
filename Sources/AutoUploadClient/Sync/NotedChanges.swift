import Platform

extension PassMemory {
    /// Takes in a look at the folder, and what was told of it since the one before: what somebody had open for writing settles anew,
    /// though it may not have changed yet. Whoever was broken off may come again, and go on with it.
    func observe(_ scan: Scan) {
        tracker.observe(scan)
        let closed = changes.take().closed
        if closed.isEmpty { return }
        for file in scan.files where closed.contains(file.path) { noteClosing(of: file, scan.clock) }
    }

    /// What was changed so many seconds ago isn't somebody's who was broken off, but looked at again and again.
    private static let longestComing = 86_400.0

    private func noteClosing(of file: FoundFile, _ clock: FileTime) {
        guard clock.seconds(since: file.fingerprint.changed) < Self.longestComing else { return }
        tracker.beginAnew(file.path, at: .now)
    }

    /// Looks at the files that were closed, or came, since that was last asked: from now on they settle.
    ///
    /// - Parameter path: the watched folder's, which nothing holds open between two passes.
    /// - Returns: whether there are any that may be sent.
    func noteChanges(in path: String, _ selection: FileSelection) -> Bool {
        let news = changes.take()
        guard !news.isEmpty, let folder = try? WatchedFolder(path: path) else { return false }
        var isAny = false
        for path in news.closed.union(news.arrived) where !Exclusion.anyCovers(path.name, .regular) {
            guard !selection.leavesOut(path, isFolder: false),
                let status = try? folder.directory(of: path).status(of: path.name), status.kind == .regular
            else { continue }
            let file = FoundFile(path: path, fingerprint: Fingerprint(status), links: status.links)
            tracker.note(file, at: .now)
            if news.closed.contains(path) { noteClosing(of: file, .now) }
            isAny = true
        }
        return isAny
    }
}
