import Platform

/// A regular file beneath the watched folder, as a scan saw it.
struct FoundFile: Hashable, Sendable {
    let path: LocalPath
    let fingerprint: Fingerprint
    /// How many names lead to it, as far as the file system says.
    let links: UInt32

    init(path: LocalPath, fingerprint: Fingerprint, links: UInt64) {
        (self.path, self.fingerprint, self.links) = (path, fingerprint, UInt32(clamping: links))
    }
}

/// A place that a scan couldn't look into.
struct ScanProblem: Hashable, Sendable {
    /// The path below the watched folder, escaped for showing; "." for the folder itself.
    let path: String
    let error: SystemError
}

/// What one walk through the watched folder found.
struct Scan: Sendable {
    /// When the walk began and ended: each file was looked at some time between.
    let began: Instant
    let ended: Instant
    /// The wall clock when the walk began.
    let clock: FileTime
    /// What may be a recording; oldest modification first, then by path.
    var files: [FoundFile]
    /// Files under a wiping name: an earlier wipe that didn't come to its end.
    let interruptedWipes: [LocalPath]
    /// Where the walk couldn't look; it went on elsewhere. What lies there is absent from the other lists.
    let problems: [ScanProblem]
    /// Markers of a server's storage. If there is one, nothing here may be uploaded, let alone deleted.
    let storeMarkers: [LocalPath]
    /// Folders below the watched one in which nothing is at all.
    var emptyFolders: [EmptyFolder] = []
    /// What is encrypted by which key, where that is of interest.
    var encryption = EncryptionKeys()
    var leftOut = LeftOut()
    /// The file systems that the walk came through.
    var volumes = Volumes()
}
