import Domain
import Platform
import SQLite
import TestSupport
import Testing

@testable import Catalogue
@testable import Storage

/// A catalogue beside a real storage in a scratch folder, whose lines can be awaited.
final class TestCatalogue: Sendable {
    let vault: TestVault
    let catalogue: Catalogue
    let place: CataloguePlace
    private let told = Monitor<[String]>([])

    /// - Parameter starts: whether it is opened, and what is in the folder is in it.
    init(anonymisingAfter seconds: Int64? = nil, over vault: TestVault? = nil, starts: Bool = true) throws {
        let vault = try vault ?? TestVault()
        let told = told
        self.vault = vault
        catalogue = Catalogue(anonymisingAfter: seconds) { line in told.change { $0.append(line.text) } }
        let root = try Directory.open(path: vault.scratch.path)
        place = CataloguePlace(
            folder: vault.scratch.path, own: try root.openFolder(FileName(constant: ".auto-upload")),
            files: StoredFiles(below: root))
        if !starts { return }
        try start()
        try line("catalogue-rebuilt")
    }

    deinit { catalogue.end(within: 60) }

    var scratch: ScratchFolder { vault.scratch }
    static let file = ".auto-upload/catalogue.sqlite"

    func start() throws { try catalogue.start(at: place) }

    var lines: [String] { told.withLock { $0 } }

    /// Waits for a line, and for as many before it.
    @discardableResult
    func line(_ event: String, times: Int = 1) throws -> String {
        let found: String? = told.wait(before: .after(seconds: 120)) { lines in
            let found = lines.filter { $0.hasPrefix(event) }
            return found.count >= times ? found.last : nil
        }
        return try #require(found, "\(event) in \(lines)")
    }

    /// Stores a file, and tells of it as the server does.
    @discardableResult
    func store(_ content: [UInt8], as path: String, user: String = "alice", at time: Int64 = 1) throws -> Stored {
        let stored = try vault.store(content, as: path, user: user)
        catalogue.note([
            .stored(
                CatalogueNote.StoredFile(
                    user: try #require(FileName(user)), path: stored.path, size: stored.size, digest: stored.digest,
                    time: time))
        ])
        return stored
    }

    func files(_ change: (inout FileQuery) -> Void = { _ in }) throws -> [FileEntry] {
        var query = FileQuery(.everything)
        query.order = .name
        change(&query)
        try catalogue.settle()
        return try catalogue.read { connection throws(SQLiteError) in try connection.files(query) }.files
    }

    func names() throws -> [String] { try files().map { "\($0.user)/\($0.path)" } }

    func log() throws -> [LogEntry] {
        try catalogue.settle()
        return try catalogue.read { connection throws(SQLiteError) in try connection.log(LogQuery()) }.entries
    }

    /// How often the index was compared with the folder.
    func rebuilt() throws -> Int64 {
        try catalogue.read { connection throws(SQLiteError) in try connection.number("SELECT rebuilt FROM upkeep") }
    }

    /// A connection of another process, nearly.
    func foreign() throws -> SQLiteConnection { try SQLiteConnection(path: place.path, makes: false) }
}
