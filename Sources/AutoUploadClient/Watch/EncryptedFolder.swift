import Platform

/// A folder whose files are encrypted, as a scan saw it.
struct EncryptedFolder: Hashable, Sendable {
    let key: EncryptionKeyID
    let modified: FileTime
}

extension Scan {
    /// Whether a folder is the last thing that needs its key, and none that is recorded to: another day's stands beside it, which was
    /// changed later.
    func isDoneWith(_ names: [FileName]) -> Bool {
        guard let folder = encrypted[names], problems.isEmpty else { return false }
        let isAlone = encrypted.allSatisfy { $0.key == names || $0.value.key != folder.key }
        return isAlone
            && encrypted.contains { other in
                other.key.dropLast() == names.dropLast() && other.value.key != folder.key
                    && other.value.modified.seconds(since: folder.modified) > 0
            }
    }

    /// Whether a folder is below another one of the same key.
    func sharesKeyWithParent(_ names: [FileName]) -> Bool {
        guard let folder = encrypted[names] else { return false }
        return encrypted[Array(names.dropLast())]?.key == folder.key
    }
}
