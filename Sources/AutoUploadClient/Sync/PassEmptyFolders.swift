import Platform

extension Pass {
    /// Removes folders that nobody needs any more, where a person wishes so. The kernel refuses to remove one that isn't empty.
    func removeEmptyFolders(_ scan: Scan) {
        guard setup.removesEmptyFolders || setup.keyFolder != nil else { return }
        let rules = setup.planner.rules
        for empty in memory.emptyFolders.due(scan, settleSeconds: rules.settleSeconds) {
            let names = empty.path.folders + [empty.path.name]
            if let keyFolder = setup.keyFolder, let encrypted = scan.encrypted[names] {
                if scan.sharesKeyWithParent(names) {
                    remove(empty)
                } else if scan.isDoneWith(names) {
                    destroyKey(encrypted.key, of: empty, RecordingKeys(folder: keyFolder, grading: grading))
                }
            } else if setup.removesEmptyFolders {
                remove(empty)
            }
        }
    }

    private func destroyKey(_ key: EncryptionKeyID, of empty: EmptyFolder, _ keys: RecordingKeys) {
        do throws(WipeFailure) {
            let parent = try WipeFailure.system { () throws(SystemError) in try folder.directory(of: empty.path) }
            // Else the kernel would take it for being used.
            memory.changes.leave(empty.path.folders + [empty.path.name])
            var line = LogLine("key-destroyed", empty.path)
            line.add("key", key.description)
            line.add("grade", try keys.destroy(key, of: empty.path.name, in: parent).rawValue)
            setup.reporter.log(line)
        } catch {
            return tellOnce("can't-destroy-key", empty.path, error.reason)
        }
        remove(empty)
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
