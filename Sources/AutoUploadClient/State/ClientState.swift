import Platform
import SQLite

/// What the client remembers over its end: what was confirmed, which uploads have begun, which wipes have. Its loss may
/// cost questions to the server and bytes sent twice, never a file.
///
/// A change is durable when the call that makes it returns. Nothing is written while nothing changes.
final class ClientState: Sendable {
    static let fileName = "state.sqlite"

    let folder: String
    private let path: String
    let schemaVersion: Int64
    let store: Monitor<StateStore>
    /// How it goes on where the disk has no room; nil where it doesn't.
    let fallback: Monitor<Fallback>?
    private let knownVolumes = Monitor(Volumes())

    private init(_ store: consuming sending StateStore, in folder: String, _ fallback: Fallback?) {
        self.folder = folder
        path = folder + "/" + Self.fileName
        schemaVersion = store.schemaVersion
        self.store = Monitor(store)
        self.fallback = fallback.map { Monitor($0) }
    }

    /// Opens the state in a folder, which is made (private) when it isn't there.
    ///
    /// A damaged file is moved aside to `state.sqlite.damaged-<n>`, with a warning in the log, and the state begun anew.
    ///
    /// - Parameters:
    ///   - orInMemory: where the disk is full, or only to be read, the state is kept in memory until it isn't.
    ///   - policy: how soon the disk is tried again then.
    static func open(
        folder: String, orInMemory: Bool = false, trying policy: RetryPolicy = .disk
    ) throws(StateError) -> ClientState {
        var fallback = orInMemory ? Fallback(policy) : nil
        do throws(StateError) {
            return ClientState(try StateStore.open(folder: folder), in: folder, fallback)
        } catch {
            guard orInMemory, error.meansNoRoom else { throw error }
            fallback?.begin(folder, because: error.description)
        }
        return ClientState(try StateStore.inMemory(insteadOf: folder), in: folder, fallback)
    }

    /// Opens the state in a folder as it is, for looking at it only.
    ///
    /// - Throws: when there is none, when it is damaged, and when it is newer than this program.
    static func openToRead(folder: String) throws(StateError) -> ClientState {
        let (path, reserve) = try StateFiles.existing(in: folder)
        let state: ClientState
        do throws(SQLiteError) {
            state = ClientState(try StateStore.openToRead(path: path, reserve), in: folder, nil)
        } catch {
            throw StateError("open the state", path, error)
        }
        guard state.schemaVersion <= StateSchema.version else {
            throw .tooNew(path: path, version: state.schemaVersion)
        }
        return state
    }

    /// What is known while nothing is: written nowhere.
    static func inMemory(insteadOf folder: String) throws(StateError) -> ClientState {
        ClientState(try StateStore.inMemory(insteadOf: folder), in: folder, nil)
    }

    /// Whether changes survive the end of the program: not while the disk has no room for them.
    var isDurable: Bool { store.withLock { $0.isDurable } }

    /// Reads from the tables.
    func read<R: Sendable>(
        _ operation: String, _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(StateError) -> R {
        do throws(SQLiteError) {
            return try store.withLock { store throws(SQLiteError) in try body(&store.connection) }
        } catch {
            throw StateError(operation, path, error)
        }
    }

    /// Lets what `body` reads be read together: SQLite locks the file and looks for changes of others once, and not for every
    /// row. Others can't change the state meanwhile: keep it short.
    func readTogether(_ body: () -> Void) {
        // Where it fails, each read does it for itself, and says what is wrong.
        let isBegun = (try? run("BEGIN")) != nil
        body()
        if isBegun { try? run("COMMIT") }
    }

    private func run(_ sql: String) throws(StateError) {
        try read("read together") { connection throws(SQLiteError) in try connection.execute(sql) }
    }

    /// Changes the tables in one transaction, which is durable when this returns; when it throws, nothing was changed.
    func change<R: Sendable>(
        _ operation: String, _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(StateError) -> R {
        do throws(SQLiteError) {
            return try store.withLock { store throws(SQLiteError) in
                moveToDisk(&store)
                do throws(SQLiteError) {
                    return try store.change(body)
                } catch {
                    guard moveToMemory(&store, because: error) else { throw error }
                    return try store.change(body)
                }
            }
        } catch {
            throw StateError(operation, path, error)
        }
    }

    /// Gives back some of the room that was set aside on the disk, for whoever needs it to make more.
    ///
    /// - Returns: whether there was any.
    func releaseReserve() -> Bool { store.withLock { $0.reserve?.release() ?? false } }
}

// MARK: - File systems

extension ClientState {
    /// The file systems that were seen by the latest look at the folder.
    var volumes: Volumes { knownVolumes.withLock { $0 } }

    /// Takes in which file systems are there. What an earlier version has noted of files on them by their devices alone is told by
    /// their own numbers from now on.
    func take(_ volumes: Volumes) throws(StateError) {
        let new = volumes.added(to: self.volumes)
        knownVolumes.withLock { $0 = volumes }
        for (device, identity) in new { try name(device, identity) }
    }

    private func name(_ device: UInt64, _ identity: UInt64) throws(StateError) {
        for table in ["confirmations", "wipes"] {
            let nameless = "volume = 0 AND device = ?"
            let isAny = try read("look for files of a device") { connection throws(SQLiteError) in
                try connection.query("SELECT 1 FROM \(table) WHERE \(nameless) LIMIT 1", [.unsigned(device)]) { _ in
                    ()
                }.first != nil
            }
            guard isAny else { continue }
            try change("name the file system of files") { connection throws(SQLiteError) in
                try connection.execute(
                    "UPDATE \(table) SET volume = ? WHERE \(nameless)", [.unsigned(identity), .unsigned(device)])
            }
        }
    }
}

// MARK: - A file that was moved away

extension ClientState {
    /// Goes on in the place of the file where that was moved away, removed or replaced while it was open. What is known, above all
    /// of wipes that have begun, is added to what is there now.
    func followPlace() throws(StateError) {
        try store.withLock { store throws(StateError) in
            guard !store.isInPlace(folder) else { return }
            var line = LogLine("state-moved-away", level: .warning)
            line.add("folder", folder)
            line.add("advice", "what is known is written there anew; to have it begun anew, stop this program before")
            Log.write(line)
            store = try store.moved(to: folder)
        }
    }

    /// Whether a receipt key is expected that can't be read.
    var hasUnreadKey: Bool { store.withLock { $0.hasUnreadKey } }
}
