import Platform

/// SQLite databases among the files of a folder that are in use, or were when a program died: a journal stands beside them.
/// A database without its journal may be short of what was committed last.
struct Databases: Sendable {
    private static let suffixes = ["-wal", "-shm", "-journal"].map { Array($0.utf8) }

    /// The database and what stands beside it, by the path of each.
    private var families: [LocalPath: [FoundFile]] = [:]

    init(among files: [FoundFile]) {
        let beside = files.compactMap { file in Self.database(of: file.path).map { (file: file, database: $0) } }
        // Most folders have none.
        if beside.isEmpty { return }
        let wanted = Set(beside.map(\.database))
        for database in files where wanted.contains(database.path) {
            let family = [database] + beside.filter { $0.database == database.path }.map(\.file)
            for member in family { families[member.path] = family }
        }
    }

    /// The files that belong together with this one, itself among them.
    func family(of path: LocalPath) -> [FoundFile]? { families[path] }

    private static func database(of path: LocalPath) -> LocalPath? {
        let bytes = path.name.bytes
        guard let suffix = suffixes.first(where: { bytes.count > $0.count && bytes.suffix($0.count) == $0[...] })
        else { return nil }
        return FileName(bytes.dropLast(suffix.count)).map(path.sibling)
    }
}
