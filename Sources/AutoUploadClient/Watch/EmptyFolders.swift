import Platform
import Transport

/// A folder below the watched one with nothing in it, as a scan saw it.
struct EmptyFolder: Hashable, Sendable {
    let path: LocalPath
    let identity: FileIdentity
    let modified: FileTime

    init(path: LocalPath, _ status: FileStatus) {
        self.path = path
        identity = status.identity
        modified = status.modified
    }

    /// The names that lead to it.
    var names: [FileName] { path.folders + [path.name] }

    /// Whether it is what it was, so that nothing has been put in since.
    func isUnchanged(in parent: Directory) throws(SystemError) -> Bool {
        EmptyFolder(path: path, try parent.status(of: path.name, fresh: true)) == self
    }
}

/// Since when folders have been seen empty: what a recorder has just made is for its next file.
struct EmptyFolders: Sendable {
    private var sightings: [EmptyFolder: Instant] = [:]

    /// For how long nothing must have been put in, or taken out, by the folder's own time.
    static let quietSeconds = 3600.0

    /// Takes in a look at the folder.
    ///
    /// - Returns: those that nobody seems to need: they haven't changed for an hour, nor since an earlier look. When one was changed
    ///   before the clock was set, nobody knows.
    mutating func due(
        _ scan: Scan, settleSeconds: Double, quietSeconds: Double = Self.quietSeconds
    ) -> [EmptyFolder] {
        let earlier = sightings
        sightings = [:]
        for folder in scan.emptyFolders { sightings[folder] = earlier[folder] ?? scan.ended }
        return scan.emptyFolders.filter { folder in
            guard let first = earlier[folder] else { return false }
            return scan.began.seconds(since: first) >= settleSeconds
                && folder.modified.seconds >= BuildDay.unixTime
                && scan.clock.seconds(since: folder.modified) >= quietSeconds
        }
    }
}
