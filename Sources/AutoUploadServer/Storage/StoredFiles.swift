package import Domain
package import Platform

/// What lies in the storage folder, found by looking: the folder is the truth, whatever anybody has put into it or taken out. A
/// million files take seconds, and no more memory than a few.
package struct StoredFiles: Sendable {
    /// The storage folder.
    private let root: Directory

    package init(below root: Directory) {
        self.root = root
    }

    /// What was deleted.
    package var trash: TrashFolders { TrashFolders(root: root) }

    /// A file or a folder in a user's folder.
    package struct Item {
        /// Of the folder that it lies in, from the user's folder on; empty: that itself.
        package let folder: [UInt8]
        package let name: FileName
        package let status: FileStatus
    }

    /// Those who have a folder.
    package func users() throws(SystemError) -> [FileName] {
        try root.names().filter { name in
            !name.mayBeReserved && !Self.foreign.contains(name) && (try? root.status(of: name).kind) == .directory
        }
    }

    /// Made by who repairs file systems.
    private static let foreign: Set<FileName> = [FileName(constant: "lost+found")]

    /// Hands over a user's files and folders, each folder before what is in it, else in no order.
    ///
    /// What is no file of the storage is left out: links, other file systems mounted below, subvolumes, and what nobody's path can
    /// reach because it lies too deep or the server may not read it.
    ///
    /// - Parameter names: of folders down to the one that is looked through; none: the user's.
    /// - Throws: `SystemError` when some of it can't be looked at, other than because it has just gone; and what `body` throws.
    package func forEach(
        of user: FileName, below names: [FileName] = [], _ body: (Item) throws(SystemError) -> Void
    ) throws(SystemError) {
        guard var folder = try lookingPastGaps({ () throws(SystemError) in try root.openFolder(user) }) else {
            return
        }
        let place = try folder.status().place
        let bounds = Bounds(device: place.identity.device, mount: place.mount)
        for name in names {
            let next = try lookingPastGaps { () throws(SystemError) in
                try bounds.contain(folder.status(of: name)) ? folder.openFolder(name) : nil
            }
            guard let next = next ?? nil else { return }
            folder = next
        }
        let path = Array(names.map(\.bytes).joined(separator: [Self.slash]))
        try Self.walk(folder, path: path, depth: names.count, within: bounds, body)
    }

    /// The files in a folder of a user's, and below it, in no order.
    ///
    /// - Parameters:
    ///   - folder: nil: the user's.
    ///   - limit: as many as are wanted at most.
    package func files(
        of user: FileName, below folder: RemotePath? = nil, limit: Int
    ) throws(SystemError) -> [(path: RemotePath, size: UInt64)] {
        var files: [(path: RemotePath, size: UInt64)] = []
        let names = folder?.components.compactMap { FileName($0) } ?? []
        if names.contains(where: \.mayBeReserved) { return [] }
        do throws(SystemError) {
            try forEach(of: user, below: names) { item throws(SystemError) in
                guard item.status.kind == .regular, !item.name.mayBeReserved, let path = item.path else { return }
                if files.count >= limit { throw SystemError(Self.enough, errno: .interrupted) }
                files.append((path, item.status.size))
            }
        } catch {
            if error.operation != Self.enough { throw error }
        }
        return files
    }

    private static let enough = "go on looking through a folder"

    private struct Bounds {
        let device: UInt64
        let mount: UInt64

        /// A folder of another device may be under the same mount: a subvolume of btrfs, such as a snapshot, which nothing is stored
        /// in. Files on layers (overlayfs) have other device numbers than their folders.
        func contain(_ status: FileStatus) -> Bool {
            if mount == 0 || status.kind == .directory, status.identity.device != device { return false }
            return status.mount == mount
        }
    }

    private static func walk(
        _ folder: Directory, path: [UInt8], depth: Int, within bounds: Bounds,
        _ body: (Item) throws(SystemError) -> Void
    ) throws(SystemError) {
        try folder.forEachName { name throws(SystemError) in
            // What is in the server's own folder is counted as under way.
            if depth == 0, name == StoreMarker.name || name == StoragePlace.ownFolder || Trial.isOne(name) {
                return
            }
            guard let status = try lookingPastGaps({ () throws(SystemError) in try folder.status(of: name) }),
                bounds.contain(status), [.regular, .directory].contains(status.kind)
            else { return }
            try body(Item(folder: path, name: name, status: status))
            guard status.kind == .directory, depth < RemotePath.maximumComponents,
                let below = try lookingPastGaps({ () throws(SystemError) in try folder.openFolder(name) })
            else { return }
            let path = path.isEmpty ? name.bytes : path + [slash] + name.bytes
            try walk(below, path: path, depth: depth + 1, within: bounds, body)
        }
    }

    /// The attributes of a user's file.
    ///
    /// - Returns: nil when there is none under that path.
    package func status(of path: RemotePath, user: FileName) throws(SystemError) -> FileStatus? {
        let status = try status(of: [user] + path.components.compactMap { FileName($0) })
        return status?.kind == .regular ? status : nil
    }

    /// What stands under a path.
    ///
    /// - Parameter path: from the user's folder on; empty: that itself.
    /// - Returns: nil when it is no file or folder that a client's path could lead to.
    package func kind(of path: [UInt8], user: FileName) throws(SystemError) -> FileKind? {
        var names = [user]
        if !path.isEmpty {
            guard let path = try? RemotePath(path) else { return nil }
            names += path.components.compactMap { FileName($0) }
        }
        let kind = try status(of: names)?.kind
        return kind == .regular || kind == .directory ? kind : nil
    }

    private func status(of path: [FileName]) throws(SystemError) -> FileStatus? {
        var folder = root
        for name in path.dropLast() {
            if name.mayBeReserved { return nil }
            guard let next = try lookingPastGaps({ () throws(SystemError) in try folder.openFolder(name) }) else {
                return nil
            }
            folder = next
        }
        guard let last = path.last, !last.mayBeReserved else { return nil }
        return try lookingPastGaps { () throws(SystemError) in try folder.status(of: last) }
    }

    private static let slash = UInt8(ascii: "/")
}

extension StoredFiles.Item {
    /// From the user's folder on; nil where no client's path leads to it.
    fileprivate var path: RemotePath? {
        try? RemotePath(folder.isEmpty ? name.bytes : folder + [UInt8(ascii: "/")] + name.bytes)
    }
}
