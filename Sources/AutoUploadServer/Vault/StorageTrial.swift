import Platform

/// Tries in the storage folder itself, before the first client comes, everything that a confirmation rests on.
struct StorageTrial {
    /// The server's own folder, where no client path leads.
    let own: Directory
    let root: Directory
    var rights = AccessRights()

    private static let first = FileName(constant: "trial-1")
    private static let second = FileName(constant: "trial-2")

    /// What the storage can do, of what it need not.
    struct Abilities {
        /// Whether renaming without replacing works in one step; if not, linking does.
        let renamesWithoutReplacing: Bool
        /// Whether a file can be made without a name, and get one without replacing another.
        let namesUnnamed: Bool
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
            return Abilities(renamesWithoutReplacing: isKnown, namesUnnamed: false, lacksRoom: true)
        }
    }

    private func tryAll() throws(SystemError) -> Abilities {
        try write(Self.second)
        let names = canNameUnnamed()
        try? own.remove(Self.first)
        try write(Self.first)
        let renames = try canRename()
        if !renames { try tryLinking() }
        try own.flush()
        try root.flush()
        return Abilities(renamesWithoutReplacing: renames, namesUnnamed: names)
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

    private func canRename() throws(SystemError) -> Bool {
        do throws(SystemError) {
            try own.renameWithoutReplacing(Self.first, to: own, as: Self.second)
        } catch {
            if error.errno == .exists { return try renamesToFreeName() }
            if Self.unsupported.contains(error.errno) { return false }
            throw error
        }
        throw SystemError("rely on renaming: a file was replaced by", Self.second.description, errno: .notSupported)
    }

    private func renamesToFreeName() throws(SystemError) -> Bool {
        try own.remove(Self.second)
        try own.renameWithoutReplacing(Self.first, to: own, as: Self.second)
        return true
    }

    private func tryLinking() throws(SystemError) {
        do throws(SystemError) {
            try own.link(Self.first, to: own, as: Self.second)
        } catch {
            guard error.errno == .exists else { throw error }
            try own.remove(Self.second)
            return try own.link(Self.first, to: own, as: Self.second)
        }
        throw SystemError("rely on linking: a file was replaced by", Self.second.description, errno: .notSupported)
    }

    private func removeTraces() {
        for name in [Self.first, Self.second] { try? own.remove(name) }
    }

    private static let unsupported: Set<Errno> = [.invalid, .notImplemented, .notSupported]
}
