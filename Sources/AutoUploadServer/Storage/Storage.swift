package import Platform

/// A storage folder that was found fit for its work.
package struct Storage: ~Copyable {
    let root: Directory
    /// The server's own folder, where no client path leads.
    package let own: Directory
    let staging: Directory
    /// Where all this was found.
    let place: StoragePlace
    var abilities: StorageTrial.Abilities
    /// What a power cut may leave of a file that gets its final name.
    let traces: RenameTraces
    /// What an admin should know about the folder, if anything.
    package let warnings: [String]
    /// Whether a server has served here before this start.
    private let wasThere: Bool
    private let lock: FileDescriptor

    private static let privateFolder = StoragePlace.ownFolder
    private static let lockName = FileName(constant: "lock")
    private static let stagingName = FileName(constant: "partial")

    /// Opens the folder, keeps other servers out of it, and tries what durability rests on.
    ///
    /// - Parameters:
    ///   - allowWeak: take a folder whose content may be lost with the power.
    ///   - requiresMarker: take a folder only that was a storage folder before.
    ///   - rights: that files are to be given.
    /// - Throws: `StorageError` saying what is missing and what to do.
    package init(
        folder: String, allowWeak: Bool, requiresMarker: Bool = false, rights: AccessRights = AccessRights()
    ) throws(StorageError) {
        let root = try Self.open(folder)
        var warnings = try Self.judge(root, folder, allowWeak: allowWeak)
        do throws(SystemError) {
            if requiresMarker, !StoreMarker.isPresent(in: root) {
                throw SystemError(StorageError.noMarker, errno: .noEntry)
            }
            let wasThere = StoreMarker.isPresent(in: root)
            let own = try Self.openOrMake(Self.privateFolder, in: root)
            let lock = try own.open(Self.lockName, .openingOrCreating(permissions: 0o600))
            guard try lock.tryLock(exclusive: true) else { throw SystemError("lock", errno: .tryAgain) }
            let staging = try Self.openOrMake(Self.stagingName, in: own)
            let abilities = try StorageTrial(own: own, root: root, rights: rights).run()
            if abilities.lacksRoom { warnings.append(Self.noRoom(folder)) }
            try StoreMarker.place(in: root)
            try Self.flush(root, wasThere: wasThere)
            let place = try StoragePlace(path: folder, root: root, own: own, names: [Self.stagingName, Self.lockName])
            self.init(
                root: root, own: own, staging: staging, place: place, abilities: abilities,
                traces: try RenameTraces(on: root), warnings: warnings, wasThere: wasThere, lock: lock)
        } catch {
            throw StorageError(folder: folder, error)
        }
    }

    /// Where a server has served before nothing new was made, and btrfs may have no room even for a flush.
    private static func flush(_ root: Directory, wasThere: Bool) throws(SystemError) {
        do throws(SystemError) {
            try root.flush()
        } catch {
            guard wasThere, error.isLackOfRoom else { throw error }
        }
    }

    /// Whether users' folders lie in it since before this start.
    package var isUsed: Bool {
        wasThere && Self.hasUsers(root)
    }

    static func hasUsers(_ root: Directory) -> Bool {
        guard let names = try? root.names() else { return false }
        return names.contains { name in
            name != privateFolder && name != foundByRepair && (try? root.status(of: name).kind) == .directory
        }
    }

    private static let foundByRepair = FileName(constant: "lost+found")

    private static func noRoom(_ folder: String) -> String {
        "\(escaped(folder)) has no room even for a trial: uploads are refused until there is some"
    }

    private init(
        root: Directory, own: Directory, staging: Directory, place: StoragePlace, abilities: StorageTrial.Abilities,
        traces: RenameTraces, warnings: [String], wasThere: Bool, lock: consuming FileDescriptor
    ) {
        self.root = root
        self.own = own
        self.staging = staging
        self.place = place
        self.abilities = abilities
        self.traces = traces
        self.warnings = warnings
        self.wasThere = wasThere
        self.lock = lock
    }

    /// - Returns: nil on file systems where flushing all of it isn't known to be reliable.
    func groupFlush(_ flusher: Flusher) throws(StorageError) -> GroupFlush? {
        do throws(SystemError) {
            guard try root.descriptor.fileSystemKind().hasReliableWholeFlush else { return nil }
            return GroupFlush(flusher, root)
        } catch {
            throw StorageError(folder: place.path, error)
        }
    }

    func spaceBook(
        _ policy: SpacePolicy, _ quotas: @escaping @Sendable (FileName) -> QuotaSetting
    ) throws(StorageError) -> SpaceBook {
        do throws(SystemError) {
            return try SpaceBook(root: root, staging: staging, policy: policy, quotas: quotas)
        } catch {
            throw StorageError(folder: place.path, error)
        }
    }

    /// Where uploads come in.
    func stagingFolders(
        _ flusher: Flusher, _ rules: PartialRules, _ space: SpaceBook
    ) throws(StorageError) -> StagingFolders {
        do throws(SystemError) {
            let kind = try root.descriptor.fileSystemKind()
            let central = StagingFolder(
                staging, flusher: flusher, rules: rules, space: space,
                renames: abilities.renamesWithoutReplacing,
                makesUnnamed: abilities.namesUnnamed && kind.keepsUnnamedFiles,
                flushesNewNames: !kind.keepsRenamesByFolderFlush)
            return StagingFolders(central, root: root)
        } catch {
            throw StorageError(folder: place.path, error)
        }
    }

    /// Takes over the unfinished uploads of a predecessor.
    func recover(_ stagings: StagingFolders) throws(StorageError) -> PartialStore {
        do throws(SystemError) {
            let note = MountNote(in: own, of: try root.descriptor.fileSystemKind())
            // Where names are given by linking, a killed server may have left a second one.
            let isSame = abilities.renamesWithoutReplacing && note.isOfThisMount
            let store = try PartialStore(
                stagings, after: Leftovers(root: root, traces: traces, isSameMount: isSame))
            if traces != .none, store.isClear { note.write() }
            return store
        } catch {
            throw StorageError(folder: place.path, error)
        }
    }

    /// What lies in it.
    package var files: StoredFiles { StoredFiles(below: root) }

    /// Whether what is written can be read past the page cache, as far as the file system says.
    package var canReadPastCache: Bool { lock.canReadPastCache() }

    consuming func takeLock() -> FileDescriptor {
        lock
    }

    private static func open(_ folder: String) throws(StorageError) -> Directory {
        do throws(SystemError) {
            return try Directory.open(path: folder)
        } catch {
            throw StorageError(folder: folder, error)
        }
    }

    private static func judge(_ root: Directory, _ folder: String, allowWeak: Bool) throws(StorageError) -> [String] {
        let strength: StorageStrength
        do throws(SystemError) {
            strength = try StorageStrength(of: root)
        } catch {
            throw StorageError(folder: folder, error)
        }
        switch strength {
        case .known: return []
        case .conditional(let what): return ["the storage folder \(escaped(folder)) \(what)"]
        case .weak(let why):
            guard allowWeak else { throw StorageError(weak: folder, why) }
            return ["the storage folder \(escaped(folder)) \(why): what is confirmed may be lost with the power"]
        }
    }

    /// Whether a server uses, or has used, the folder that this own folder lies in as its storage.
    package static func isUsed(_ own: Directory) -> Bool { (try? own.status(of: lockName)) != nil }

    /// Keeps servers from starting on a storage folder, and tells whether one runs there.
    ///
    /// - Parameter own: its server's own folder.
    /// - Returns: what is to be held; nil when a server runs.
    package static func keepServersOut(of own: Directory) throws(SystemError) -> FileDescriptor? {
        let lock = try own.open(lockName, .readingAndWriting)
        guard try lock.tryLock(exclusive: true) else { return nil }
        return lock
    }

    static func openOrMake(_ name: FileName, in parent: Directory) throws(SystemError) -> Directory {
        do throws(SystemError) {
            try parent.makeFolder(name, permissions: 0o700)
        } catch {
            if error.errno != .exists { throw error }
        }
        return try parent.openFolderWithinMount(name)
    }
}

/// Why a storage folder can't be used.
package struct StorageError: Error, CustomStringConvertible {
    static let noMarker = "find the marker"
    static let noGroup = "give a file to the group"
    static let noNaming = "give a file a name without replacing another"
    package let description: String
    package let lacksRoom: Bool

    init(weak folder: String, _ why: String) {
        lacksRoom = false
        description =
            "the storage folder \(escaped(folder)) \(why). Choose one on a disk's own file system (ext4, xfs, btrfs), or say "
            + "--allow-weak-storage: then what is confirmed, and wiped by clients, may be lost with the power"
    }

    init(folder: String, _ error: SystemError) {
        lacksRoom = error.isLackOfRoom
        let folder = escaped(folder)
        if error.operation == Self.noMarker {
            description =
                "the storage folder \(folder) has no marker (\(StoreMarker.name)), so it isn't the one that was used before: "
                + "is its disk mounted? If it is to become one, start the server once without --require-marker"
        } else if error.operation == Self.noGroup {
            description =
                "--group: files in the storage folder \(folder) can't be given to that group (\(error.errno)): make the "
                + "server's user a member of it, and start the server anew"
        } else if error.operation == Self.noNaming {
            description =
                "the storage folder \(folder) can't be used: its file system gives no file a name without the danger that another is "
                + "replaced, neither by renaming (renameat2) nor by linking (\(error.errno)); choose one on another file system"
        } else if error.isLackOfRoom {
            description =
                "the storage folder \(folder) is full, and lacks what a server makes in it at its first start (\(error)): "
                + "make some room"
        } else if error.operation == "lock", error.errno == .tryAgain {
            description =
                "another auto-upload-server uses the storage folder \(folder): end it first, or choose another folder"
        } else if error.errno == .crossDevice {
            description =
                "the storage folder \(folder) can't be used: its folder .auto-upload must lie on the same file system, with "
                + "nothing mounted on it or in it"
        } else {
            let hint = error.errno == .noEntry ? "; make it, or mount its disk, first" : ""
            description = "the storage folder \(folder) can't be used: \(error)\(hint)"
        }
    }
}
