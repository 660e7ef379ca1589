/// Files that are known to have been confirmed as they are, and when, so that the state needn't be asked at each pass.
final class ConfirmedFiles {
    private struct Entry {
        let fingerprint: Fingerprint
        let confirmedAt: Int64
    }

    private var entries: [LocalPath: Entry] = [:]

    func contains(_ file: FoundFile) -> Bool {
        entries[file.path]?.fingerprint == file.fingerprint
    }

    /// Unix seconds; nil where it isn't known to be confirmed as it is.
    func confirmedAt(_ file: FoundFile) -> Int64? {
        entries[file.path].flatMap { $0.fingerprint == file.fingerprint ? $0.confirmedAt : nil }
    }

    func insert(_ file: FoundFile, at time: Int64) {
        entries[file.path] = Entry(fingerprint: file.fingerprint, confirmedAt: time)
    }

    /// The server has lost it.
    func remove(_ path: LocalPath) {
        entries[path] = nil
    }

    /// Forgets all but these files, once there are others enough to be worth it.
    func keep(among files: [FoundFile]) {
        guard entries.count > 2 * files.count else { return }
        let paths = Set(files.map(\.path))
        entries = entries.filter { paths.contains($0.key) }
    }
}
