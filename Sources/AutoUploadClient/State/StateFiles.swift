import Platform

/// The files that the state consists of, as the file system sees them.
struct StateFiles {
    /// How many damaged files are kept at most.
    private static let mostDamaged = 1000
    /// What may lie beside the database itself.
    private static let companions = ["-journal", "-wal", "-shm"]

    /// The database's path.
    let path: String
    let reserve: StateReserve
    private let directory: Directory

    /// Makes the folder and an empty, private database file where there is none: SQLite gives its companions the same
    /// permissions.
    init(folder: String) throws(StateError) {
        path = folder + "/" + ClientState.fileName
        do throws(SystemError) {
            try makeFolders(path: folder, permissions: 0o700)
            directory = try Directory.open(path: folder)
            reserve = StateReserve(in: directory)
            guard let name = FileName(ClientState.fileName) else { throw SystemError("name", errno: .invalid) }
            _ = try directory.open(name, .openingOrCreating(permissions: 0o600))
        } catch {
            throw .system(path: folder, error)
        }
    }

    /// The database of a state that must be there already.
    static func existing(in folder: String) throws(StateError) -> (path: String, reserve: StateReserve) {
        do throws(SystemError) {
            let directory = try Directory.open(path: folder)
            _ = try directory.status(of: FileName(constant: "state.sqlite"))
            return (folder + "/" + ClientState.fileName, StateReserve(in: directory))
        } catch {
            throw .system(path: folder, error)
        }
    }

    /// Whether the file in a folder may be read only, as the file system is.
    static func isReadOnly(_ folder: String) -> Bool {
        do throws(SystemError) {
            _ = try Directory.open(path: folder).open(FileName(constant: "state.sqlite"), .readingAndWriting)
            return false
        } catch {
            return error.errno == .readOnlyFileSystem
        }
    }

    /// Which file the database is; nil when there is none.
    static func identity(in folder: String) -> FileIdentity? {
        try? Directory.open(path: folder).status(of: FileName(constant: "state.sqlite")).identity
    }

    var identity: FileIdentity? { try? directory.status(of: FileName(constant: "state.sqlite")).identity }

    /// Makes the file's being there durable: a wipe must not be forgotten because the whole state was.
    func flush() throws(StateError) {
        do throws(SystemError) {
            try directory.flush()
        } catch {
            throw .system(path: path, error)
        }
        // The folders above may be new as well; those that aren't ours to flush aren't ours to make either.
        var above = directory
        for _ in 0..<4 {
            guard let parent = try? above.openParent() else { return }
            try? parent.flush()
            above = parent
        }
    }

    /// Gives a damaged database and its companions names out of the way, so that a person can look at them.
    func moveAside(because reason: String) throws(StateError) {
        do throws(SystemError) {
            let number = try moveDatabase()
            for companion in Self.companions { try? move(companion, number) }
            Log.write(
                .warning,
                "the state \(escaped(path)) is damaged (\(escaped(reason))): moved aside as .damaged-\(number) and begun "
                    + "anew; files may be sent or asked about again, none is lost")
        } catch {
            throw .system(path: path, error)
        }
    }

    private func moveDatabase() throws(SystemError) -> Int {
        for number in 1...Self.mostDamaged {
            do throws(SystemError) {
                try move("", number)
                return number
            } catch {
                if error.errno != .exists { throw error }
            }
        }
        throw SystemError("move the damaged state aside", escaped(path), errno: .exists)
    }

    private func move(_ companion: String, _ number: Int) throws(SystemError) {
        guard let name = FileName(ClientState.fileName + companion),
            let newName = FileName(ClientState.fileName + ".damaged-\(number)" + companion)
        else { throw SystemError("name", errno: .invalid) }
        // Not in one step: not every file system can, and nobody else gives such names.
        guard try isFree(newName) else { throw SystemError("rename", name.description, errno: .exists) }
        try directory.rename(name, to: directory, as: newName)
    }

    private func isFree(_ name: FileName) throws(SystemError) -> Bool {
        do throws(SystemError) {
            _ = try directory.status(of: name)
            return false
        } catch {
            if error.errno == .noEntry { return true }
            throw error
        }
    }
}
