import Platform

/// What the client remembers over its end: what was confirmed, which uploads have begun, which wipes have. Its loss may
/// cost questions to the server and bytes sent twice, never a file.
///
/// A change is durable when the call that makes it returns. Nothing is written while nothing changes.
final class ClientState: Sendable {
    static let fileName = "state.sqlite"

    private let path: String
    private let reserve: StateReserve
    let schemaVersion: Int64
    private let connection: Monitor<SQLiteConnection>

    private init(_ files: StateFiles) throws(SQLiteError) {
        var connection = try SQLiteConnection(path: files.path)
        path = files.path
        reserve = files.reserve
        schemaVersion = try connection.prepareState()
        self.connection = Monitor(connection)
    }

    /// Opens the state in a folder, which is made (private) when it isn't there.
    ///
    /// A damaged file is moved aside to `state.sqlite.damaged-<n>`, with a warning in the log, and the state begun anew.
    static func open(folder: String) throws(StateError) -> ClientState {
        let files = try StateFiles(folder: folder)
        let state = try open(files)
        guard state.schemaVersion == StateSchema.version else {
            throw .tooNew(path: state.path, version: state.schemaVersion)
        }
        state.reserve.make()
        try files.flush()
        return state
    }

    /// Opens the state in a folder as it is, for looking at it only.
    ///
    /// - Throws: when there is none, when it is damaged, and when it is newer than this program.
    static func openToRead(folder: String) throws(StateError) -> ClientState {
        let (path, reserve) = try StateFiles.existing(in: folder)
        let state: ClientState
        do throws(SQLiteError) {
            state = try ClientState(reading: path, reserve)
        } catch {
            throw StateError("open the state", path, error)
        }
        guard state.schemaVersion <= StateSchema.version else {
            throw .tooNew(path: path, version: state.schemaVersion)
        }
        return state
    }

    private init(reading path: String, _ reserve: StateReserve) throws(SQLiteError) {
        // For writing, as the file says: else a change that a crash left half done couldn't be taken back first.
        var connection = try SQLiteConnection(path: path, makes: false)
        self.path = path
        self.reserve = reserve
        schemaVersion = try connection.inspectState()
        self.connection = Monitor(connection)
    }

    private static func open(_ files: StateFiles) throws(StateError) -> ClientState {
        do throws(SQLiteError) {
            return try connect(files)
        } catch {
            guard error.meansDamage else { throw StateError("open the state", files.path, error) }
            try files.moveAside(because: error.message)
        }
        do throws(SQLiteError) {
            return try connect(files)
        } catch {
            throw StateError("begin the state", files.path, error)
        }
    }

    private static func connect(_ files: StateFiles) throws(SQLiteError) -> ClientState {
        try files.reserve.drawOn { () throws(SQLiteError) in try ClientState(files) }
    }

    /// Reads from the tables.
    func read<R: Sendable>(
        _ operation: String, _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(StateError) -> R {
        do throws(SQLiteError) {
            return try connection.withLock { connection throws(SQLiteError) in try body(&connection) }
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
        try read(operation) { connection throws(SQLiteError) in
            let result = try reserve.drawOn { () throws(SQLiteError) in try connection.transaction(body) }
            reserve.make()
            return result
        }
    }

    /// Gives back some of the room that was set aside on the disk, for whoever needs it to make more.
    ///
    /// - Returns: whether there was any.
    func releaseReserve() -> Bool { reserve.release() }
}

extension StateReserve {
    /// Does something, and again for as long as it fails for want of room and there is some to give back.
    fileprivate func drawOn<R>(_ body: () throws(SQLiteError) -> R) throws(SQLiteError) -> R {
        while true {
            do throws(SQLiteError) {
                return try body()
            } catch {
                guard error.mayMeanFullDisk, release() else { throw error }
            }
        }
    }
}

extension StateError {
    init(_ operation: String, _ path: String, _ error: SQLiteError) {
        self = .database(operation: operation, path: path, reason: error.message)
    }
}
