import Platform
import Transport

/// A folder whose files are encrypted, as a scan saw it.
struct EncryptedFolder: Hashable, Sendable {
    let key: EncryptionKeyID
    /// When it was made; 1970 where the file system doesn't tell.
    let born: FileTime
    let modified: FileTime

    init(key: EncryptionKeyID, _ status: FileStatus) {
        self.key = key
        born = status.identity.born
        modified = status.modified
    }

    /// Whether something was put in later than with its making: a folder may be made long before it is needed.
    fileprivate var wasUsed: Bool { modified.seconds(since: born) >= 1 }
    /// Whether the clock was set when it was made.
    fileprivate var hasDate: Bool { born.seconds >= BuildDay.unixTime }
}

/// Who else needs the keys of encrypted folders.
struct EncryptionKeys: Sendable {
    /// By the names that lead to them.
    var folders: [[FileName]: EncryptedFolder] = [:]
    /// Of files in folders that aren't encrypted, and of what is left out.
    var elsewhere: Set<EncryptionKeyID> = []
}

extension EncryptionKeys {
    /// Seconds between the folders of one day and those of the next at least: those of several cameras are made at once.
    static let secondsBetweenDays = 3600.0

    /// The uppermost folder that is encrypted by the same key as one below it, or the same.
    func top(of names: [FileName]) -> [FileName]? {
        guard let folder = folders[names] else { return nil }
        var top = names
        while folders[Array(top.dropLast())]?.key == folder.key { top.removeLast() }
        return top
    }

    /// Whether none but a folder is encrypted by its key.
    func isAlone(_ names: [FileName]) -> Bool {
        guard let folder = folders[names], !elsewhere.contains(folder.key) else { return false }
        return folders.allSatisfy { $0.key == names || $0.value.key != folder.key }
    }

    /// Whether nobody records to a folder any more: another day's was made beside it, and has been recorded to. Times of change
    /// don't tell, as wiping sets them.
    func isOver(_ names: [FileName], secondsBetweenDays: Double = Self.secondsBetweenDays) -> Bool {
        guard let folder = folders[names], folder.hasDate else { return false }
        return folders.contains { other in
            other.key.dropLast() == names.dropLast() && other.value.key != folder.key
                && other.value.born.seconds(since: folder.born) >= secondsBetweenDays && wasUsed(other.key)
        }
    }

    private func wasUsed(_ names: [FileName]) -> Bool {
        folders.contains { $0.key.starts(with: names) && $0.value.wasUsed }
    }
}
