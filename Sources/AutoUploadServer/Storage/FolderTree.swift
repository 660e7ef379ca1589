import Domain
import Platform

/// The users' folders below the storage folder, each opened beneath the one above and never through a link.
struct FolderTree: Sendable {
    let root: Directory
    let rights: AccessRights
    /// How names are found and listed in the storage folder.
    var listing = NameListing.exact
    /// Is told whose folder was made below the user's own.
    var made: @Sendable (_ user: FileName) -> Void = { _ in }

    /// Opens the folder that a path leads to, and makes what is missing.
    ///
    /// - Parameter names: is told which are made.
    /// - Throws: `VaultError.nameTaken` when a folder's name belongs to a file or a link, `.elsewhere` when something is mounted
    ///   on one.
    func open(
        user: FileName, _ path: RemotePath, noting names: FlushDistrust.Batch
    ) throws(VaultError) -> (chain: FolderChain, name: FileName) {
        let (folders, name) = try split(path)
        var chain = try Self.wrap { () throws(SystemError) in try FolderChain(root: root) }
        for (depth, component) in ([user] + folders).enumerated() {
            do throws(SystemError) {
                if try openOrMake(component, in: &chain, noting: names), depth > 0 { made(user) }
                if depth == 0 { try StoreMarker.place(in: chain.last.directory) }
            } catch {
                throw Self.explain(error, component)
            }
        }
        return (chain, name)
    }

    /// Opens the folder that a path leads to, by the same way.
    ///
    /// - Returns: nil when there is no such folder.
    /// - Throws: `VaultError.elsewhere` when something is mounted on it: what is there was never judged, and nothing in it is
    ///   vouched for.
    func find(user: FileName, _ path: RemotePath) throws(VaultError) -> (chain: FolderChain, name: FileName)? {
        let (folders, name) = try split(path)
        var chain = try Self.wrap { () throws(SystemError) in try FolderChain(root: root) }
        for component in [user] + folders {
            do throws(SystemError) {
                try descend(to: component, in: &chain)
            } catch {
                if Self.notAFolder.contains(error.errno) || error.errno == .noEntry { return nil }
                throw Self.explain(error, component)
            }
        }
        return (chain, name)
    }

    /// Makes sure, as far as that can be known before, that a file can be given its name: better now than after hours of upload.
    ///
    /// - Returns: the folders of its path that are there.
    /// - Throws: as `open`, and where the server may not write. What else may be wrong shows when the file is published.
    func requireUsable(user: FileName, _ path: RemotePath) throws(VaultError) -> FolderChain {
        let (folders, name) = try split(path)
        var chain = try Self.wrap { () throws(SystemError) in try FolderChain(root: root) }
        var component = user
        do throws(SystemError) {
            for next in [user] + folders {
                component = next
                try descend(to: next, in: &chain)
            }
            component = name
            _ = try chain.last.directory.status(of: name)
        } catch {
            // What is missing is made where it may be.
            if error.errno != .noEntry { throw Self.explain(error, component) }
        }
        do throws(SystemError) {
            try chain.last.directory.requireWritable()
        } catch {
            // Other answers say nothing.
            if [.accessDenied, .notPermitted, .readOnly].contains(error.errno) {
                throw Self.explain(error, chain.links.last?.name ?? user)
            }
        }
        return chain
    }

    /// - Returns: whether it was made.
    private func openOrMake(
        _ name: FileName, in chain: inout FolderChain, noting names: FlushDistrust.Batch
    ) throws(SystemError) -> Bool {
        var isNew = false
        do throws(SystemError) {
            try descend(to: name, in: &chain)
        } catch {
            if error.errno != .noEntry { throw error }
            names.note(name, in: chain.last.identity)
            isNew = try make(name, in: chain.last.directory)
            try descend(to: name, in: &chain)
        }
        // Made just now, or by another connection, or by a server that was killed before it came to this. The folder above may have
        // handed down that its group is kept (setgid).
        if chain.last.status.permissions & ~AccessRights.keepsGroup == AccessRights.unfinishedFolder {
            try rights.apply(toFolder: chain.last.directory)
        }
        return isNew
    }

    private func make(_ name: FileName, in parent: Directory) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try parent.makeFolder(name, permissions: AccessRights.unfinishedFolder)
            return true
        } catch {
            // Another connection was faster: its folder does as well, and is flushed by whoever needs it.
            if error.errno != .exists { throw error }
            return false
        }
    }

    /// How names are found and listed in a folder: one may ignore case though the others don't.
    func listing(in folder: Directory) -> NameListing {
        listing == .exact && folder.descriptor.ignoresCase ? .findsSimilar : listing
    }

    private func descend(to name: FileName, in chain: inout FolderChain) throws(SystemError) {
        try chain.descend(to: name, asListed: listing(in: chain.last.directory) != .exact)
        // By an alias, as FAT has of old, a path would lead into the server's own, which may have been made in other letters.
        if chain.links.last?.name.mayBeReserved == true {
            throw SystemError("open", name.description, errno: .notDirectory)
        }
    }

    /// What an error about a name of the path means for the upload.
    static func explain(_ error: SystemError, _ name: FileName) -> VaultError {
        if error.errno == .crossDevice {
            return error.operation == FolderChain.entering ? .apart(name) : .elsewhere(name)
        }
        return notAFolder.contains(error.errno) ? .nameTaken(name) : VaultError(naming: error, name)
    }

    private func split(_ path: RemotePath) throws(VaultError) -> (folders: [FileName], name: FileName) {
        var names = path.components.compactMap { FileName($0) }
        guard names.count == path.components.count, let name = names.popLast() else {
            throw .failed(SystemError("use the path", escaped(path.bytes), errno: .invalid))
        }
        for name in names + [name] { try name.requireUnreserved() }
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
    private static let notAFolder: Set<Errno> = [.notDirectory, .tooManyLinks]
}

/// The folders that a few uploads have been published into, so that those which share one open it once.
struct OpenFolders {
    private let tree: FolderTree
    /// Is told which names are given in them.
    let names: FlushDistrust.Batch
    private var chains: [Key: FolderChain] = [:]
    /// How many folders are open.
    private(set) var count = 0

    private struct Key: Hashable {
        let user: FileName
        /// As in the path, without the file's name.
        let folders: ArraySlice<UInt8>
    }

    init(_ tree: FolderTree, noting names: FlushDistrust.Batch) {
        self.tree = tree
        self.names = names
    }

    mutating func folder(user: FileName, _ path: RemotePath) throws(VaultError) -> (chain: FolderChain, name: FileName)
    {
        let (folders, last) = path.parts
        let key = Key(user: user, folders: folders)
        if let chain = chains[key], let name = FileName(last) {
            try name.requireUnreserved()
            return (chain, name)
        }
        let opened = try tree.open(user: user, path, noting: names)
        chains[key] = opened.chain
        count += opened.chain.links.count
        return opened
    }
}
