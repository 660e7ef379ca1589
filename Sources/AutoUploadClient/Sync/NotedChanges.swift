import Platform

extension PassMemory {
    /// Takes in a look at the folder, and what was told of it since the one before: what somebody had open for writing settles anew,
    /// though it may not have changed yet. Whoever was broken off may come again, and go on with it.
    func observe(_ scan: Scan) {
        tracker.observe(scan)
        for path in changes.take().closed { tracker.beginAnew(path, at: .now) }
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
            tracker.note(FoundFile(path: path, fingerprint: Fingerprint(status), links: status.links), at: .now)
            if news.closed.contains(path) { tracker.beginAnew(path, at: .now) }
            isAny = true
        }
        return isAny
    }
}
