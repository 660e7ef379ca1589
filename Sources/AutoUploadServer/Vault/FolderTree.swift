import Platform
import Wire

/// The users' folders below the storage folder, each opened beneath the one above and never through a link.
struct FolderTree: Sendable {
    let root: Directory
    let rights: AccessRights

    /// Opens the folder that a path leads to, and makes what is missing.
    ///
    /// - Parameter names: is told which are made.
    /// - Throws: `VaultError.nameTaken` when a folder's name belongs to a file or a link.
    func open(
        user: FileName, _ path: RemotePath, noting names: UnflushedNames.Batch
    ) throws(VaultError) -> (chain: FolderChain, name: FileName) {
        let (folders, name) = try split(path)
        var chain = try Self.wrap { () throws(SystemError) in try FolderChain(root: root) }
        for (depth, component) in ([user] + folders).enumerated() {
            let folder = try openOrMake(component, in: chain.last, noting: names)
            try Self.wrap { () throws(SystemError) in
                try chain.descend(to: folder, named: component)
                if depth == 0 { try StoreMarker.place(in: folder) }
            }
        }
        return (chain, name)
    }

    /// Opens the folder that a path leads to.
    ///
    /// - Returns: nil when there is no such folder.
    func find(user: FileName, _ path: RemotePath) throws(VaultError) -> (chain: FolderChain, name: FileName)? {
        let (folders, name) = try split(path)
        var chain = try Self.wrap { () throws(SystemError) in try FolderChain(root: root) }
        for component in [user] + folders {
            do throws(SystemError) {
                try chain.descend(to: try chain.last.directory.openFolder(component), named: component)
            } catch {
                if Self.notAFolder.contains(error.errno) || error.errno == .noEntry { return nil }
                throw VaultError(error)
            }
        }
        return (chain, name)
    }

    /// Makes sure that files of the storage folder can be renamed into the folder that a path leads to, as far as that is
    /// there. What is made later is made where it may be.
    ///
    /// - Throws: `VaultError.elsewhere`. Whatever else is wrong with the folder is told when a file is to be published.
    func requireWithinMount(user: FileName, _ path: RemotePath) throws(VaultError) {
        let (folders, _) = try split(path)
        var folder = root
        for name in [user] + folders {
            do throws(SystemError) {
                folder = try folder.openFolderWithinMount(name)
            } catch {
                if error.errno == .crossDevice { throw .elsewhere(name) }
                return
            }
        }
    }

    private func openOrMake(
        _ name: FileName, in above: FolderChain.Folder, noting names: UnflushedNames.Batch
    ) throws(VaultError) -> Directory {
        let parent = above.directory
        do throws(SystemError) {
            return try parent.openFolder(name)
        } catch {
            if Self.notAFolder.contains(error.errno) { throw .nameTaken(name) }
            if error.errno != .noEntry { throw VaultError(error) }
        }
        do throws(SystemError) {
            names.note(name, in: above.identity)
            do throws(SystemError) {
                try parent.makeFolder(name, permissions: 0o700)
            } catch {
                // Another connection was faster: its folder does as well, and is flushed by whoever needs it.
                if error.errno != .exists { throw error }
                return try parent.openFolder(name)
            }
            let folder = try parent.openFolder(name)
            try rights.apply(toFolder: folder)
            return folder
        } catch {
            if Self.notAFolder.contains(error.errno) { throw .nameTaken(name) }
            throw VaultError(error)
        }
    }

    private func split(_ path: RemotePath) throws(VaultError) -> (folders: [FileName], name: FileName) {
        var names = path.components.compactMap { FileName($0) }
        guard names.count == path.components.count, let name = names.popLast() else {
            throw .failed(SystemError("use the path", escaped(path.bytes), errno: .invalid))
        }
        return (names, name)
    }

    static func wrap<R: ~Copyable>(_ body: () throws(SystemError) -> R) throws(VaultError) -> R {
        do throws(SystemError) {
            return try body()
        } catch {
            throw VaultError(error)
        }
    }

    /// What opening a file or a link as a folder says.
    private static let notAFolder: Set<Errno> = [.notDirectory, .tooManyLinks, .crossDevice]
}

/// The folders that a few uploads have been published into, so that those which share one open it once.
struct OpenFolders {
    private let tree: FolderTree
    /// Is told which names are given in them.
    let names: UnflushedNames.Batch
    private var chains: [Key: FolderChain] = [:]
    /// How many folders are open.
    private(set) var count = 0

    private struct Key: Hashable {
        let user: FileName
        /// As in the path, without the file's name.
        let folders: ArraySlice<UInt8>
    }

    init(_ tree: FolderTree, noting names: UnflushedNames.Batch) {
        self.tree = tree
        self.names = names
    }

    mutating func folder(user: FileName, _ path: RemotePath) throws(VaultError) -> (chain: FolderChain, name: FileName)
    {
        let (folders, last) = path.parts
        let key = Key(user: user, folders: folders)
        if let chain = chains[key], let name = FileName(last) { return (chain, name) }
        let opened = try tree.open(user: user, path, noting: names)
        chains[key] = opened.chain
        count += opened.chain.links.count
        return opened
    }
}
