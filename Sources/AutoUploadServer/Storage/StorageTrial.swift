import Platform

/// Tries in the storage folder itself, before the first client comes, everything that a confirmation rests on.
struct StorageTrial {
    /// The server's own folder, where no client path leads.
    let own: Directory
    let root: Directory
    var rights = AccessRights()

    private static let first = FileName(constant: "trial-1")
    private static let second = FileName(constant: "trial-2")
    private static let names = FileName(constant: "trial-names")

    /// What the storage can do, of what it need not.
    struct Abilities {
        /// Whether renaming without replacing works in one step; if not, linking does.
        let renamesWithoutReplacing: Bool
        /// Whether a file can be made without a name, and get one without replacing another.
        let namesUnnamed: Bool
        /// How names are written down that the storage doesn't take.
        var spelling = NameSpelling.plain
        /// How it finds and lists them.
        var listing = NameListing.exact
        /// Nothing could be tried: what its kind is known for was taken for granted.
        var lacksRoom = false
    }

    /// - Throws: `SystemError` naming the step that failed.
    func run() throws(SystemError) -> Abilities {
        removeTraces()
        defer { removeTraces() }
        do throws(SystemError) {
            return try tryAll()
        } catch {
            // A server that has served here before starts on a full disk, too.
            guard error.isLackOfRoom else { throw error }
            let isKnown = try root.descriptor.fileSystemKind().isKnownToRename
            return Abilities(
                renamesWithoutReplacing: isKnown, namesUnnamed: false, spelling: try untriedSpelling(), lacksRoom: true)
        }
    }

    private func tryAll() throws(SystemError) -> Abilities {
        try write(Self.first)
        let renames = try canRename()
        if !renames { try tryLinking() }
        try? own.remove(Self.first)
        let names = canNameUnnamed()
        try own.flush()
        try root.flush()
        return Abilities(
            renamesWithoutReplacing: renames, namesUnnamed: names, spelling: try spelling(), listing: try listing())
    }

    /// Call after `spelling`.
    private func listing() throws(SystemError) -> NameListing {
        do throws(SystemError) {
            return try NameListing.find(in: own.openFolderWithinMount(Self.names))
        } catch {
            // To look how a name is listed is never wrong.
            return try root.descriptor.fileSystemKind().isKnownToRename ? .exact : .changes
        }
    }

    private func spelling() throws(SystemError) -> NameSpelling {
        do throws(SystemError) {
            try own.makeFolder(Self.names, permissions: 0o700)
            return try NameTrial(in: own.openFolderWithinMount(Self.names)).run()
        } catch {
            guard error.isLackOfRoom else { throw error }
            return try untriedSpelling()
        }
    }

    private func untriedSpelling() throws(SystemError) -> NameSpelling {
        try root.descriptor.fileSystemKind().keepsInodeNumbers ? .plain : .cautious
    }

    private func write(_ name: FileName) throws(SystemError) {
        let file = try own.open(name, .creating(permissions: 0o600))
        do throws(SystemError) {
            try rights.apply(toFile: file)
        } catch {
            throw rights.group == nil ? error : SystemError(StorageError.noGroup, errno: error.errno)
        }
        do throws(SystemError) {
            try file.write(Array("trial".utf8))
            try file.flush()
        } catch {
            // On a full disk names may be tried without content.
            if !error.isLackOfRoom { throw error }
        }
        try file.close()
    }

    /// Whatever goes wrong: there is the other way.
    private func canNameUnnamed() -> Bool {
        do throws(SystemError) {
            let file = try own.makeUnnamedFile(permissions: 0o600)
            do throws(SystemError) {
                try own.name(file, Self.second)
                return false
            } catch {
                guard error.errno == .exists else { return false }
            }
            // Only a name that is free shows whether it may be given.
            try own.name(file, Self.first)
            return try own.status(of: Self.first).identity == file.status().identity
        } catch {
            return false
        }
    }

    /// As files are published: to a name that is free, which is for the file system to do, and to one that is taken, which the kernel
    /// may refuse without asking it.
    private func canRename() throws(SystemError) -> Bool {
        do throws(SystemError) {
            try own.renameWithoutReplacing(Self.first, to: own, as: Self.second)
        } catch {
            if Self.unsupported.contains(error.errno) { return false }
            throw error
        }
        try write(Self.first)
        do throws(SystemError) {
            try own.renameWithoutReplacing(Self.first, to: own, as: Self.second)
        } catch {
            guard error.errno == .exists else { throw error }
            return true
        }
        throw SystemError("rely on renaming: a file was replaced by", Self.second.description, errno: .notSupported)
    }

    /// In the same way; a link never replaces anything.
    private func tryLinking() throws(SystemError) {
        do throws(SystemError) {
            try own.link(Self.first, to: own, as: Self.second)
        } catch {
            throw SystemError(StorageError.noNaming, errno: error.errno)
        }
        do throws(SystemError) {
            try own.link(Self.first, to: own, as: Self.second)
        } catch {
            guard error.errno == .exists else { throw error }
            return
        }
        throw SystemError("rely on linking: a file was replaced by", Self.second.description, errno: .notSupported)
    }

    private func removeTraces() {
        for name in [Self.first, Self.second] { try? own.remove(name) }
        guard let folder = try? own.openFolderWithinMount(Self.names) else { return }
        for name in (try? folder.names()) ?? [] { try? folder.remove(name) }
        try? own.removeFolder(Self.names)
    }

    private static let unsupported: Set<Errno> = [.invalid, .notImplemented, .notSupported]
}
