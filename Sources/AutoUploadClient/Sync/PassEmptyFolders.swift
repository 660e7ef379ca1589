import Platform

extension Pass {
    /// Removes folders that nobody needs any more, where a person wishes so. The kernel refuses to remove one that isn't empty.
    func removeEmptyFolders(_ scan: Scan) {
        guard setup.removesEmptyFolders else { return }
        let rules = setup.planner.rules
        for empty in memory.emptyFolders.due(scan, settleSeconds: rules.settleSeconds) { remove(empty) }
    }

    private func remove(_ empty: EmptyFolder) {
        do throws(SystemError) {
            let parent = try folder.directory(of: empty.path)
            guard EmptyFolder(path: empty.path, try parent.status(of: empty.path.name, fresh: true)) == empty else {
                return
            }
            try parent.removeFolder(empty.path.name)
            setup.reporter.log(LogLine("folder-removed", empty.path))
        } catch {
            // Somebody was quicker, or something is mounted there.
            if [.noEntry, .notEmpty, .busy].contains(error.errno) { return }
            tellOnce("can't-remove-folder", empty.path, error.description)
        }
    }
}
