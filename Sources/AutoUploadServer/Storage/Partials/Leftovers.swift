import Domain
import Platform

/// What a power cut may have left in the staging folder besides unfinished uploads: names of files that were published. Such a file
/// has two names and counts one: to remove the one, or to cut what it names, destroys the other.
struct Leftovers {
    /// The storage folder.
    let root: Directory
    let traces: RenameTraces
    /// Whether the file system was mounted all the time since an earlier start found everything in order: no power cut came between,
    /// and what the kernel says of names is so.
    var isSameMount = false

    static let folderName = FileName(constant: "found")

    /// The names that are neither to be removed nor to be gone on with.
    ///
    /// - Parameter isOwn: it is the server's own folder, that the earlier start has looked through.
    func doubtful(
        among names: Set<FileName>, in staging: Directory, isOwn: Bool
    ) throws(SystemError) -> Set<FileName> {
        if traces == .none || names.isEmpty || (isOwn && isSameMount) { return [] }
        var files: [FileName: FileIdentity] = [:]
        var unreadable: Set<FileName> = []
        for name in names {
            guard let status = try? staging.status(of: name) else {
                unreadable.insert(name)
                continue
            }
            // What is empty has nothing to lose.
            if status.kind == .regular, status.size > 0 { files[name] = status.identity }
        }
        if traces == .unrecognizable { return unreadable.union(files.keys) }
        let visible = try VisibleFiles.among(Set(files.values), below: root)
        return unreadable.union(files.filter { visible.contains($0.value) }.keys)
    }

    /// Moves files beside the staging folder, to where nothing is ever removed.
    ///
    /// - Returns: what an admin should know.
    func setAside(_ names: [FileName], from staging: Directory) -> [String] {
        let folder = try? Self.found(beside: staging)
        let moved = names.filter { name in
            guard let folder else { return false }
            return (try? staging.renameWithoutReplacing(name, to: folder, as: name)) != nil
        }
        // What can't be moved is found again at the next start.
        let place = moved.count == names.count ? "are in .auto-upload/found now" : "stay in .auto-upload"
        return [
            "\(names.count) files that a power cut or a killed server left unfinished \(place): there they may share their bytes with "
                + "files that are stored. Remove them only after the file system was checked (fsck)"
        ]
    }

    private static func found(beside staging: Directory) throws(SystemError) -> Directory {
        let own = try staging.openParent()
        do throws(SystemError) {
            try own.makeFolder(folderName, permissions: 0o700)
        } catch {
            if error.errno != .exists { throw error }
        }
        return try own.openFolderWithinMount(folderName)
    }
}

/// Looks for files by their inodes where users' files are.
struct VisibleFiles {
    private let wanted: Set<FileIdentity>
    private let mount: UInt64
    private var found: Set<FileIdentity> = []

    /// - Returns: those that have a name below a user's folder.
    static func among(_ wanted: Set<FileIdentity>, below root: Directory) throws(SystemError) -> Set<FileIdentity> {
        if wanted.isEmpty { return [] }
        var search = VisibleFiles(wanted: wanted, mount: try root.status().mount)
        try search.look(in: root, depth: 0)
        return search.found
    }

    private init(wanted: Set<FileIdentity>, mount: UInt64) {
        (self.wanted, self.mount) = (wanted, mount)
    }

    private mutating func look(in folder: Directory, depth: Int) throws(SystemError) {
        for name in try folder.names() where found.count < wanted.count {
            if depth == 0, name == StoragePlace.ownFolder { continue }
            if depth == 1, name == StoragePlace.ownFolder {
                try lookInTrash(of: folder)
                continue
            }
            guard let status = try lookingPastGaps({ () throws(SystemError) in try folder.status(of: name) }),
                status.mount == mount
            else { continue }
            if status.kind == .regular, wanted.contains(status.identity) { found.insert(status.identity) }
            // A user's folder, and as many below it as a path may have.
            guard status.kind == .directory, depth <= RemotePath.maximumComponents,
                let below = try lookingPastGaps({ () throws(SystemError) in try folder.openFolder(name) })
            else { continue }
            try look(in: below, depth: depth + 1)
        }
    }

    /// What was deleted can be had back.
    ///
    /// - Parameter home: the user's folder.
    private mutating func lookInTrash(of home: Directory) throws(SystemError) {
        let trash = try lookingPastGaps { () throws(SystemError) in
            try home.openFolder(StoragePlace.ownFolder).openFolder(Trash.name)
        }
        // A batch's folder stands where a user's does.
        for batch in try trash?.names() ?? [] {
            guard let below = try lookingPastGaps({ () throws(SystemError) in try trash?.openFolder(batch) }),
                let below
            else { continue }
            try look(in: below, depth: 2)
        }
    }
}
