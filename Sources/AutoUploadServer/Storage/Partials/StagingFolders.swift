import Platform

/// Which staging folder a user's uploads come in by: the server's own, or one in the user's folder.
///
/// A folder may be a volume (btrfs), or have a project (quota) or an encryption policy, of its own: then no file of another
/// folder can be moved or linked into it (EXDEV), though all lie on one file system, under one mount. Only trying tells.
final class StagingFolders: Sendable {
    /// The server's own.
    let central: StagingFolder
    private let root: Directory
    private let known = Monitor(Known())
    /// One trial at a time: each would find out the same.
    private let trials = Turn()

    private struct Known {
        /// `home`: which folder of the user's it was found for; nil: that is to be found out again.
        var users: [FileName: (home: FilePlace?, staging: StagingFolder)] = [:]
        /// Folders below users' that their uploads can be moved into.
        var reached: Set<FilePlace> = []
    }

    private static let name = FileName(constant: "partial")
    private static let capacity = 100_000

    /// - Parameter root: the storage folder.
    init(_ central: StagingFolder, root: Directory) {
        self.central = central
        self.root = root
    }

    /// The folder that a user's uploads are made in; found out once, and anew when the user's folder is another one.
    ///
    /// - Throws: `.elsewhere` and `.apart` where nothing can be moved into the user's folder; `.away` where it can't be looked at.
    func folder(of user: FileName) throws(VaultError) -> StagingFolder {
        let home: FilePlace
        do throws(SystemError) {
            home = try root.status(of: user).place
        } catch {
            // What is missing is made by the server, beside its own folder.
            if error.errno == .noEntry, !hasOwn(user) { return central }
            throw .away(Displacement(.folder(user)))
        }
        if let staging = known(user, home) { return staging }
        return try trials.withLock { _ throws(VaultError) in
            if let staging = known(user, home) { return staging }
            return try findOut(user)
        }
    }

    private func known(_ user: FileName, _ home: FilePlace) -> StagingFolder? {
        guard let known = known.withLock({ $0.users[user] }), known.home == home else { return nil }
        // One in a user's folder may be removed by who has it.
        return known.staging === central || known.staging.isThere ? known.staging : nil
    }

    /// Whether the user's uploads came in by a folder of the user's so far: what has come isn't given up for an error that goes by.
    private func hasOwn(_ user: FileName) -> Bool {
        known.withLock { $0.users[user].map { $0.staging !== central } ?? false }
    }

    private func findOut(_ user: FileName) throws(VaultError) -> StagingFolder {
        do throws(SystemError) {
            var chain = try FolderChain(root: root)
            try chain.descend(to: user)
            let home = chain.last
            let staging = same(try find(in: home.directory, of: user), as: known.withLock { $0.users[user]?.staging })
            known.withLock { known in
                if known.users.count >= Self.capacity { known.users.removeAll() }
                known.users[user] = (home.status.place, staging)
                known.reached.removeAll()
            }
            return staging
        } catch {
            switch error.errno {
            case .crossDevice: throw error.operation == Self.noReach ? .apart(user) : .elsewhere(user)
            case .noSpace, .overQuota: throw VaultError(error)
            case .notPermitted where error.operation == Self.foreign:
                throw .denied(SystemError(Self.foreign, user.description, errno: error.errno))
            case _ where hasOwn(user): throw .away(Displacement(.folder(user)))
            // It shows when the file is published.
            default: return central
            }
        }
    }

    private static let noReach = "move a file into"

    /// What has come in by a folder can be gone on with by it alone.
    private func same(_ staging: StagingFolder, as old: StagingFolder?) -> StagingFolder {
        guard let old, let identity = try? old.folder.status().identity,
            (try? staging.folder.status().identity) == identity
        else { return staging }
        return old
    }
}

// MARK: - Finding out

extension StagingFolders {
    private func find(in home: Directory, of user: FileName) throws(SystemError) -> StagingFolder {
        if try canMove(from: central, to: home, [user]) { return central }
        let own = try ownFolder(in: home)
        let staging = central.beside(try keptPrivate(Storage.openOrMake(Self.name, in: own)))
        guard try canMove(from: staging, to: home, [user]) else { throw SystemError(Self.noReach, errno: .crossDevice) }
        do throws(SystemError) {
            // Offsets that are told rest on these names, too.
            try staging.flushNames(above: [own, home, root])
        } catch {
            // Otherwise nothing in it can be gone on with, but it can be stored.
            if error.isLackOfRoom { throw error }
        }
        return staging
    }

    /// The server's own folder in a user's.
    func ownFolder(in home: Directory) throws(SystemError) -> Directory {
        let own = try keptPrivate(Storage.openOrMake(StoragePlace.ownFolder, in: home))
        if Storage.isUsed(own) { throw SystemError(Self.foreign, errno: .notPermitted) }
        return own
    }

    /// Who may write to it could put another file in the place of one that is about to be published.
    private func keptPrivate(_ folder: Directory) throws(SystemError) -> Directory {
        let (model, status) = (try central.folder.status(), try folder.status())
        guard status.owner == model.owner || status.owner == ProcessLimits.userID else {
            throw SystemError(Self.foreign, errno: .notPermitted)
        }
        if status.permissions & 0o077 != 0 { try folder.descriptor.setPermissions(0o700) }
        return folder
    }

    private static let foreign =
        "use a folder .auto-upload that belongs to another user or server: remove it, in the folder"

    /// Tries it with a file: of all that may stand against it, a part can't be asked for.
    ///
    /// - Parameter path: of the folder, from the storage folder on.
    /// - Throws: what else stands against it.
    private func canMove(
        from staging: StagingFolder, to folder: Directory, _ path: [FileName]
    ) throws(SystemError) -> Bool {
        if try folder.descriptor.fileSystemKind().isOneVolume { return true }
        let name = try StagedName.random(renames: staging.renames)
        let file = try name.create(in: staging.folder)
        let trial = try Trial(in: path, notes: central.folder)
        do throws(SystemError) {
            try name.publish(file, from: staging.folder, to: folder, as: trial.name)
        } catch {
            // It may have got its name all the same: then the note tells the next process of it.
            if Self.removed(trial.name, from: folder) { trial.end() }
            if let name = name.inStaging { try? staging.folder.remove(name) }
            if error.errno == .crossDevice { return false }
            throw error
        }
        try folder.remove(trial.name)
        trial.end()
        return true
    }

    /// - Returns: whether it isn't there any more.
    private static func removed(_ name: FileName, from folder: Directory) -> Bool {
        do throws(SystemError) {
            try folder.remove(name)
            return true
        } catch {
            return error.errno == .noEntry
        }
    }

    /// Makes sure, as far as that can be known before, that a user's uploads can be moved into a folder below the user's.
    ///
    /// - Throws: `VaultError.apart`.
    func requireReach(_ chain: FolderChain, of user: FileName) throws(VaultError) {
        guard chain.links.count > 1, let folder = chain.links.last else { return }
        let place = folder.folder.status.place
        if known.withLock({ $0.reached.contains(place) }) { return }
        let staging = try self.folder(of: user)
        let path = chain.links.map(\.name)
        let answer = trials.withLock { _ in try? canMove(from: staging, to: folder.folder.directory, path) }
        if answer == false { throw .apart(folder.name) }
        guard answer == true else { return }
        known.withLock { known in
            if known.reached.count >= Self.capacity { known.reached.removeAll() }
            known.reached.insert(place)
        }
    }

    /// Whether a user's uploads have to come in by another folder than this one, since it was found that they can't be moved.
    func isOutdated(_ staging: StagingFolder, of user: FileName) -> Bool {
        let now = trials.withLock { _ in try? findOut(user) }
        return now.map { $0 !== staging } ?? false
    }
}

// MARK: - What an earlier process has left

extension StagingFolders {
    /// Removes what trials have left.
    func clearTrials() {
        Trial.clear(central.folder, below: root)
    }

    /// Hands over each staging folder in a user's folder.
    func forEachOwn(_ body: (StagingFolder, _ user: FileName) -> Void) throws(SystemError) {
        try root.forEachName { user throws(SystemError) in
            // Where an overlayfs was asked for its strength.
            try? Trial.removeFile(user, from: root)
            // It may be anything, put there by anybody.
            guard user != StoragePlace.ownFolder, let home = try? root.openFolder(user, crossingMounts: false) else {
                return
            }
            guard let own = try? keptPrivate(home.openFolderWithinMount(StoragePlace.ownFolder)), !Storage.isUsed(own),
                let folder = try? keptPrivate(own.openFolderWithinMount(Self.name))
            else { return }
            let staging = central.beside(folder)
            var failure: SystemError?
            do throws(SystemError) {
                try staging.flushNames(above: [own, home, root])
            } catch {
                failure = error
            }
            // Without room nothing new is trusted; what has a record was flushed before that was made.
            let place = failure == nil ? try? home.status().place : nil
            known.withLock { $0.users[user] = (place, staging) }
            if failure?.isLackOfRoom ?? true { body(staging, user) }
        }
    }
}
