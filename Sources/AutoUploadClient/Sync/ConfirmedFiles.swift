/// Files that are known to have been confirmed as they are, so that the state needn't be asked at each pass.
final class ConfirmedFiles {
    private var fingerprints: [LocalPath: Fingerprint] = [:]

    func contains(_ file: FoundFile) -> Bool {
        fingerprints[file.path] == file.fingerprint
    }

    func insert(_ file: FoundFile) {
        fingerprints[file.path] = file.fingerprint
    }

    /// The server has lost it.
    func remove(_ path: LocalPath) {
        fingerprints[path] = nil
    }

    /// Forgets all but these files, once there are others enough to be worth it.
    func keep(among files: [FoundFile]) {
        guard fingerprints.count > 2 * files.count else { return }
        let paths = Set(files.map(\.path))
        fingerprints = fingerprints.filter { paths.contains($0.key) }
    }
}
