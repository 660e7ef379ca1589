/// Files that are known to have been confirmed as they are, and when, so that the state needn't be asked at each pass.
final class ConfirmedFiles {
    private struct Entry {
        /// Of the fingerprint.
        let mark: ShortMark
        let confirmedAt: Int64
    }

    /// By the marks of their paths.
    private var entries: [ShortMark: Entry] = [:]

    func contains(_ file: FoundFile) -> Bool {
        entries[ShortMark(file.path)]?.mark == ShortMark(file.fingerprint)
    }

    /// Unix seconds; nil where it isn't known to be confirmed as it is.
    func confirmedAt(_ file: FoundFile) -> Int64? {
        entries[ShortMark(file.path)].flatMap { $0.mark == ShortMark(file.fingerprint) ? $0.confirmedAt : nil }
    }

    func insert(_ file: FoundFile, at time: Int64) {
        entries[ShortMark(file.path)] = Entry(mark: ShortMark(file.fingerprint), confirmedAt: time)
    }

    /// The server has lost it.
    func remove(_ path: LocalPath) {
        entries[ShortMark(path)] = nil
    }

    /// Forgets all but these files, once there are others enough to be worth it.
    func keep(among files: [FoundFile]) {
        guard entries.count > 2 * files.count else { return }
        let paths = Set(files.lazy.map { ShortMark($0.path) })
        entries = entries.filter { paths.contains($0.key) }
    }
}
