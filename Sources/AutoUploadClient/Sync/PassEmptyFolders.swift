import Platform

extension Pass {
    /// Seconds for which a look is believed before a key is destroyed: sending may have taken hours since.
    private static let longestTrust = 60.0

    /// Removes folders that nobody needs any more, where a person wishes so. The kernel refuses to remove one that isn't empty.
    func removeEmptyFolders(_ scan: Scan) {
        guard setup.removesEmptyFolders || setup.keyFolder != nil else { return }
        let rules = setup.planner.rules
        for empty in memory.emptyFolders.due(
            scan, settleSeconds: rules.settleSeconds, quietSeconds: setup.quietSeconds)
        {
            if let keyFolder = setup.keyFolder, let top = scan.encryption.top(of: empty.names) {
                clear(empty, below: top, scan, RecordingKeys(folder: keyFolder, grading: grading))
            } else if setup.removesEmptyFolders {
                remove(empty)
            }
        }
    }

    /// - Parameter top: of the folders of its key.
    private func clear(_ empty: EmptyFolder, below top: [FileName], _ scan: Scan, _ keys: RecordingKeys) {
        let isOver = scan.encryption.isOver(top, secondsBetweenDays: setup.secondsBetweenDays)
        if empty.names != top {
            if setup.removesEmptyFolders || isOver { remove(empty) }
            return
        }
        guard isOver, scan.encryption.isAlone(top), scan.problems.isEmpty,
            Instant.now.seconds(since: scan.ended) <= Self.longestTrust, let key = scan.encryption.folders[top]?.key
        else { return }
        destroyKey(key, of: empty, keys)
    }

    private func destroyKey(_ key: EncryptionKeyID, of empty: EmptyFolder, _ keys: RecordingKeys) {
        do throws(WipeFailure) {
            let parent = try WipeFailure.system { () throws(SystemError) in try folder.directory(of: empty.path) }
            // Else the kernel would take it for being used.
            memory.changes.leave(empty.names)
            guard let grade = try keys.destroy(key, of: empty, in: parent) else { return }
            var line = LogLine("key-destroyed", empty.path)
            line.add("key", key.description)
            line.add("grade", grade.rawValue)
            setup.reporter.log(line)
        } catch {
            return tellOnce("can't-destroy-key", empty.path, error.reason)
        }
        remove(empty)
    }

    private func remove(_ empty: EmptyFolder) {
        do throws(SystemError) {
            let parent = try folder.directory(of: empty.path)
            guard try empty.isUnchanged(in: parent) else { return }
            try parent.removeFolder(empty.path.name)
            setup.reporter.log(LogLine("folder-removed", empty.path))
        } catch {
            // Somebody was quicker, or something is mounted there.
            if [.noEntry, .notEmpty, .busy].contains(error.errno) { return }
            tellOnce("can't-remove-folder", empty.path, error.description)
        }
    }
}
