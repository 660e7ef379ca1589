import Platform

/// What the client remembers over its end: what was confirmed, which uploads have begun, which wipes have. Its loss may
/// cost questions to the server and bytes sent twice, never a file.
///
/// A change is durable when the call that makes it returns. Nothing is written while nothing changes.
final class ClientState: Sendable {
    static let fileName = "state.sqlite"

    private let folder: String
    private let path: String
    let schemaVersion: Int64
    private let store: Monitor<StateStore>
    /// How it goes on where the disk has no room; nil where it doesn't.
    private let fallback: Monitor<Fallback>?

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
    /// - Parameter orInMemory: where the disk is full, or only to be read, the state is kept in memory until it isn't.
    static func open(folder: String, orInMemory: Bool = false) throws(StateError) -> ClientState {
        var fallback = orInMemory ? Fallback() : nil
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

// MARK: - A disk without room

extension ClientState {
    /// When the disk is looked at again.
    fileprivate struct Fallback: Sendable {
        private var pause = 0.5
        private var next = Instant(nanoseconds: 0)

        private static let longestPause = 60.0

        mutating func begin(_ folder: String, because reason: String) {
            pause = 0.5
            postpone()
            var line = LogLine("state-in-memory", level: .warning)
            line.add("folder", folder)
            line.add("reason", reason)
            line.add(
                "advice",
                "free some room there or make it writable, or name another place by --state: until then what is done is remembered no longer "
                    + "than this program runs")
            Log.write(line)
        }

        /// Whether it is time for another try.
        mutating func isDue() -> Bool {
            guard Instant.now >= next else { return false }
            postpone()
            return true
        }

        private mutating func postpone() {
            next = Instant.now.advanced(bySeconds: pause)
            pause = min(2 * pause, Self.longestPause)
        }
    }

    /// Goes over to the disk, if there is room by now: at the end of a pass, after which the program may end.
    func moveToDisk() {
        store.withLock { moveToDisk(&$0, atOnce: true) }
    }

    /// The first file that is wiped may have made room.
    private func moveToDisk(_ store: inout StateStore, atOnce: Bool = false) {
        guard let fallback, !store.isDurable, atOnce || fallback.withLock({ $0.isDue() }) else { return }
        do throws(StateError) {
            store = try store.moved(to: folder)
            var line = LogLine("state-on-disk")
            line.add("folder", folder)
            Log.write(line)
        } catch {
            // It has been told; there is another try.
        }
    }

    private func moveToMemory(_ store: inout StateStore, because error: SQLiteError) -> Bool {
        guard let fallback, store.isDurable, error.meansNoRoom || StateFiles.isReadOnly(folder) else { return false }
        do throws(StateError) {
            store = try StateStore.inMemory(insteadOf: folder)
        } catch {
            return false
        }
        fallback.withLock { $0.begin(folder, because: error.message) }
        return true
    }
}
