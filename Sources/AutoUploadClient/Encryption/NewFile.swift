import Platform

/// A file that gets its name only once all of it is there. It never replaces another one, and a crash leaves nothing that could
/// pass for it.
struct NewFile: ~Copyable {
    private let folder: Directory
    private let name: FileName
    let descriptor: FileDescriptor
    /// What it is called until then, where a file can't be without a name.
    private var provisional: FileName?

    private static let permissions: UInt32 = 0o600

    /// - Throws: EEXIST when the name is taken already.
    init(_ name: FileName, in folder: Directory) throws(SystemError) {
        (self.folder, self.name) = (folder, name)
        if try Self.isTaken(name, folder) { throw SystemError("make", name.description, errno: .exists) }
        do throws(SystemError) {
            descriptor = try folder.makeUnnamedFile(permissions: Self.permissions)
        } catch {
            let provisional = try Self.provisionalName()
            descriptor = try folder.open(provisional, .creating(permissions: Self.permissions))
            self.provisional = provisional
        }
    }

    deinit {
        if let provisional { try? folder.remove(provisional) }
    }

    /// Gives it its name, durably.
    ///
    /// - Throws: EEXIST when the name was taken meanwhile.
    mutating func publish() throws(SystemError) {
        try descriptor.flush()
        if let provisional {
            try Self.rename(provisional, in: folder, to: name)
            self.provisional = nil
        } else {
            try folder.name(descriptor, name)
        }
        // The name stands in the file itself on some file systems.
        try descriptor.flush()
        try folder.flush()
    }

    private static func isTaken(_ name: FileName, _ folder: Directory) throws(SystemError) -> Bool {
        do throws(SystemError) {
            _ = try folder.status(of: name)
            return true
        } catch {
            if error.errno == .noEntry { return false }
            throw error
        }
    }

    private static func provisionalName() throws(SystemError) -> FileName {
        let id = try WipeID.random()
        guard let name = FileName(".auto-upload-new-\(id)") else { throw SystemError("name a file", errno: .invalid) }
        return name
    }

    private static func rename(_ old: FileName, in folder: Directory, to name: FileName) throws(SystemError) {
        do throws(SystemError) {
            try folder.renameWithoutReplacing(old, to: folder, as: name)
        } catch {
            guard error.errno == .invalid || error.errno == .notImplemented else { throw error }
            // In two steps where the file system can't do it in one.
            try folder.link(old, to: folder, as: name)
            try folder.remove(old)
        }
    }
}
