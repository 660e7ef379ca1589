import Platform

/// Walks through the watched folder.
///
/// Never follows a link; takes regular files only; names of any bytes. Holds one descriptor for each level of folders.
struct Scanner {
    /// Names in a path at most, as in a `RemotePath`: what lies deeper couldn't be sent.
    static let maximumDepth = 64

    let folder: WatchedFolder
    /// What a person wants to be looked at.
    var selection = FileSelection()
    /// Is told of each folder before it is looked into.
    var changes: FolderChanges?
    /// Whether it is of interest which folders are encrypted.
    var notesEncryption = false

    func scan() -> Scan {
        let (began, clock) = (Instant.now, FileTime.now)
        var walk = Walk(selection, changes, notesEncryption)
        changes?.beginLook()
        walk.visit(folder)
        changes?.endLook()
        walk.files.sort(by: Walk.isOlder)
        return Scan(
            began: began, ended: .now, clock: clock, files: walk.files,
            interruptedWipes: walk.interruptedWipes.sorted(), problems: walk.problems,
            storeMarkers: walk.storeMarkers.sorted(), emptyFolders: walk.emptyFolders, encryption: walk.encryption,
            leftOut: walk.leftOut,
            volumes: walk.volumes)
    }
}

private struct Walk {
    let selection: FileSelection
    let changes: FolderChanges?
    let notesEncryption: Bool
    var encryption = EncryptionKeys()
    var files: [FoundFile] = []
    var interruptedWipes: [LocalPath] = []
    var problems: [ScanProblem] = []
    var storeMarkers: [LocalPath] = []
    var emptyFolders: [EmptyFolder] = []
    var leftOut = LeftOut()
    var volumes = Volumes()

    init(_ selection: FileSelection, _ changes: FolderChanges?, _ notesEncryption: Bool) {
        (self.selection, self.changes, self.notesEncryption) = (selection, changes, notesEncryption)
    }

    static func isOlder(_ left: FoundFile, _ right: FoundFile) -> Bool {
        let (earlier, later) = (left.fingerprint.modified, right.fingerprint.modified)
        if earlier == later { return left.path < right.path }
        return (earlier.seconds, earlier.nanoseconds) < (later.seconds, later.nanoseconds)
    }

    mutating func visit(_ folder: WatchedFolder) {
        do throws(SystemError) {
            try folder.checkPlace()
            visit(folder.root, at: [])
        } catch {
            report(error, at: [])
        }
    }

    private mutating func visit(_ directory: Directory, at folders: [FileName]) {
        do throws(SystemError) {
            ServiceManager.alive()
            let status = try directory.status()
            let device = status.identity.device
            if !volumes.knows(device) {
                volumes.add(device, identity: try? directory.descriptor.fileSystemIdentity())
            }
            noteEncryption(directory, status, at: folders)
            // Before the look: what happens behind it is told.
            changes?.watch(directory, at: folders)
            let names = try directory.names()
            if names.isEmpty, let name = folders.last {
                let path = LocalPath(folders: folders.dropLast(), name: name)
                emptyFolders.append(EmptyFolder(path: path, status))
            }
            for name in names {
                look(at: LocalPath(folders: folders, name: name), in: directory)
            }
        } catch {
            report(error, at: folders)
        }
    }

    private mutating func look(at path: LocalPath, in directory: Directory) {
        if OwnNames.isStoreMarker(path.name) { storeMarkers.append(path) }
        do throws(SystemError) {
            let status = try directory.status(of: path.name)
            if OwnNames.isOwn(path.name) {
                if status.kind == .regular, OwnNames.isWiping(path.name) { interruptedWipes.append(path) }
                return
            }
            if isLeftOut(path, status.kind) {
                return try noteKeys(of: path.name, status, in: directory, levels: Scanner.maximumDepth)
            }
            switch status.kind {
            case .regular:
                if encryption.folders[path.folders] == nil {
                    try noteKeys(of: path.name, status, in: directory, levels: 1)
                }
                files.append(FoundFile(path: path, fingerprint: Fingerprint(status), links: status.links))
            case .directory: try enter(path, in: directory)
            case .symbolicLink: leftOut.links += 1
            case .other: leftOut.special += 1
            }
        } catch {
            // Files come and go while we look; what is gone is no problem.
            if error.errno != .noEntry { report(error, at: path.folders + [path.name]) }
        }
    }

    private mutating func noteEncryption(_ directory: Directory, _ status: FileStatus, at folders: [FileName]) {
        guard notesEncryption, let key = directory.encryptionKey else { return }
        encryption.folders[folders] = EncryptedFolder(key: key, status)
    }

    /// What is left out may need a key all the same, and so may a file that was moved out of its folder.
    ///
    /// - Parameter levels: of folders to look into; below an encrypted one all have its key.
    private mutating func noteKeys(
        of name: FileName, _ status: FileStatus, in directory: Directory, levels: Int
    ) throws(SystemError) {
        guard notesEncryption else { return }
        switch status.kind {
        case .regular where status.isEncrypted:
            try noteElsewhere(directory.open(name, .reading).encryptionKey, name)
        case .directory:
            guard levels > 0 else { throw SystemError("look into folders nested so deep", errno: .nameTooLong) }
            let folder = try directory.openFolder(name)
            if status.isEncrypted { return try noteElsewhere(folder.encryptionKey, name) }
            for name in try folder.names() {
                try noteKeys(of: name, folder.status(of: name), in: folder, levels: levels - 1)
            }
        default: break
        }
    }

    private mutating func noteElsewhere(_ key: EncryptionKeyID?, _ name: FileName) throws(SystemError) {
        guard let key else { throw SystemError("find the encryption key of", name.description, errno: .noKey) }
        encryption.elsewhere.insert(key)
    }

    private mutating func isLeftOut(_ path: LocalPath, _ kind: FileKind) -> Bool {
        if Exclusion.anyCovers(path.name, kind) {
            if kind == .directory { leftOut.folders += 1 } else { leftOut.files += 1 }
            return true
        }
        guard kind == .directory || kind == .regular else { return false }
        let isIgnored = selection.leavesOut(path, isFolder: kind == .directory)
        if isIgnored { leftOut.ignored += 1 }
        return isIgnored
    }

    private mutating func enter(_ path: LocalPath, in directory: Directory) throws(SystemError) {
        let folders = path.folders + [path.name]
        guard folders.count < Scanner.maximumDepth else {
            throw SystemError("look into folders nested so deep", errno: .nameTooLong)
        }
        visit(try directory.openFolder(path.name), at: folders)
    }

    private mutating func report(_ error: SystemError, at folders: [FileName]) {
        let path = folders.isEmpty ? "." : folders.map(\.description).joined(separator: "/")
        problems.append(ScanProblem(path: path, error: error))
    }
}
