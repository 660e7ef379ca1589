package import Platform
package import SQLite
import Storage

/// The catalogue, for a command that works on it beside the server, or without one.
package struct CatalogueConsole: ~Copyable {
    package let place: CataloguePlace
    package var connection: SQLiteConnection

    /// Milliseconds that the server is waited for when it writes.
    private static let patience: CInt = 30_000

    /// Seconds that a server is waited for that has only just begun to make it.
    package static let patienceWithNew = 10.0

    /// - Parameter seconds: how long it is waited for where it is just being made.
    /// - Throws: when there is none, or it can't be used; a server mends it.
    package static func open(
        at place: CataloguePlace, waiting seconds: Double = patienceWithNew
    ) throws(CatalogueError) -> CatalogueConsole {
        guard place.identity != nil else { throw .unavailable(absent) }
        var console = CatalogueConsole(try connect(place), place)
        try console.requireTables(before: .after(seconds: seconds))
        try console.requireSchema()
        return console
    }

    private static func connect(_ place: CataloguePlace) throws(CatalogueError) -> SQLiteConnection {
        do throws(SQLiteError) {
            var connection = try SQLiteConnection(path: place.path, makes: false)
            connection.setBusyTimeout(milliseconds: patience)
            try connection.setUpMemory(kilobytes: 4096)
            return connection
        } catch {
            throw .failed(error)
        }
    }

    private init(_ connection: consuming SQLiteConnection, _ place: CataloguePlace) {
        self.connection = connection
        self.place = place
    }

    private static let absent = "there is no catalogue yet: start the server, or run `catalogue rebuild`"

    private mutating func requireTables(before deadline: Deadline) throws(CatalogueError) {
        while try perform({ connection throws(SQLiteError) in try connection.isEmpty() }) {
            if deadline.hasPassed { throw .beingMade }
            Thread.sleep(seconds: 0.05)
        }
    }

    private mutating func requireSchema() throws(CatalogueError) {
        let version = try perform { connection throws(SQLiteError) in try connection.inspect(CatalogueSchema.all) }
        if version > CatalogueSchema.version { throw .tooNew(version: version) }
        if version < CatalogueSchema.version {
            throw .unavailable("the catalogue is of an earlier version: start the server, which brings it up to date")
        }
    }

    /// Asks, or changes something.
    package mutating func perform<R>(
        _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(CatalogueError) -> R {
        do throws(SQLiteError) {
            return try body(&connection)
        } catch {
            throw error.meansLocked ? .busy : .failed(error)
        }
    }

    /// Has the server that runs compare its index with the folder.
    ///
    /// - Returns: how often that was done so far.
    package mutating func askForRebuilding() throws(CatalogueError) -> Int64 {
        try perform { connection throws(SQLiteError) in
            try connection.execute("UPDATE upkeep SET is_asked = 1")
        }
        return try rebuilt()
    }

    package mutating func rebuilt() throws(CatalogueError) -> Int64 {
        try perform { connection throws(SQLiteError) in try connection.number("SELECT rebuilt FROM upkeep") }
    }
}

extension CataloguePlace {
    /// - Parameter folder: the storage folder, as a person names it.
    package init(folder: String) throws(SystemError) {
        let root = try Directory.open(path: folder)
        self.init(folder: folder, own: try root.openFolder(StoragePlace.ownFolder), files: StoredFiles(below: root))
    }
}
