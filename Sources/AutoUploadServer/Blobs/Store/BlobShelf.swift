import Platform
import SQLite
import Storage
import Synchronization

/// A storage's blobs, open: a file for each, or for each that is large where a database has the rows; and a row that says until when.
///
/// A blob in a file is answered for once its file is flushed, has its name, the folder is flushed, and the row is durable. One that goes loses its row
/// first. So a crash leaves no row without a file; a file without a row is nobody's, and removed by `removeStrays`.
final class BlobShelf: Sendable {
    let place: BlobPlace
    let folders: BlobFolders
    let rows: any BlobRows
    let claims = BlobClaims()
    let rules: BlobRules
    /// Nil where it can't be used.
    let onionKey: OnionKey?
    /// Why it can't.
    let onionTrouble: String?
    private let draw: @Sendable () -> UInt64
    private let lastNumber = Atomic<UInt64>(0)
    /// A flush has failed: what was written since an unknown moment may be lost, and a later flush says nothing of it.
    private let isDistrusted = Atomic(false)

    /// - Parameters:
    ///   - draw: a random number.
    ///   - database: that has the rows; nil: they lie beside the blobs.
    ///   - onDown: is told when that can't be reached any more.
    init(
        _ place: BlobPlace, _ rules: BlobRules, in database: BlobDatabase? = nil,
        draw: @escaping @Sendable () -> UInt64, onDown: @escaping @Sendable () -> Void = {}
    ) throws(BlobShelfError) {
        (self.place, self.rules, self.draw) = (place, rules, draw)
        do throws(SystemError) {
            folders = try place.open()
            for name in try folders.incoming.names() { try folders.incoming.remove(name) }
        } catch {
            throw .folders(error)
        }
        do throws(OnionKey.Trouble) {
            (onionKey, onionTrouble) = (try OnionKey(in: folders.all), nil)
        } catch {
            (onionKey, onionTrouble) = (nil, error.description)
        }
        if let database {
            rows = try Self.open(database, folders, onDown)
        } else {
            rows = try Self.openEmbedded(place, folders)
        }
        do throws(BlobRowsError) {
            if try !rows.isComplete() { try adoptFiles() }
            try recount()
        } catch {
            throw .rows(error)
        }
        // Once the database knows all files: else they would be found anew from it.
        if database != nil { try? place.putRowsAside(as: .replaced, in: folders) }
    }

    private static func open(
        _ database: BlobDatabase, _ folders: BlobFolders, _ onDown: @escaping @Sendable () -> Void
    ) throws(BlobShelfError) -> any BlobRows {
        let mark: String
        do throws(SystemError) {
            mark = try PlaceMark.of(folders.all)
        } catch {
            throw .folders(error)
        }
        do throws(BlobRowsError) {
            return try DatabaseRows(database, mark: mark, onDown: onDown)
        } catch {
            throw .rows(error)
        }
    }

    private static func openEmbedded(
        _ place: BlobPlace, _ folders: BlobFolders
    ) throws(BlobShelfError) -> any BlobRows {
        do throws(SystemError) {
            try PlaceMark.remove(from: folders.all)
        } catch {
            throw .folders(error)
        }
        do throws(SQLiteError) {
            return try EmbeddedRows(path: place.rowsPath, logsAhead: place.mayLogAhead)
        } catch {
            throw .rows(.file(error))
        }
    }

    /// Counts anew what all blobs take.
    func recount() throws(BlobRowsError) { claims.set(kept: try rows.total().charge) }

    /// Whether the storage is still where it was, and keeps what it is told to.
    var isUsable: Bool { !isDistrusted.load(ordering: .relaxed) && place.isInPlace(folders) }

    /// After a flush that failed.
    func distrust() { isDistrusted.store(true, ordering: .relaxed) }

    /// Another takes its place: when this returns, nothing is kept by it any more, whoever has it still.
    func retire() {
        distrust()
        claims.awaitNone()
    }

    /// A name for a file that comes in, or nil in a thousand years.
    func freshName() -> FileName? {
        FileName(String(lastNumber.add(1, ordering: .relaxed).newValue))
    }

    static func time() -> Int64 { currentUnixMilliseconds() }
}

/// Why blobs can't be opened.
enum BlobShelfError: Error {
    case folders(SystemError)
    case rows(BlobRowsError)

    var meansDamage: Bool {
        if case .rows(let error) = self { error.meansDamage } else { false }
    }

    /// Whether it may be over by itself, and soon.
    var isPassing: Bool {
        if case .rows(let error) = self { error.isPassing } else { false }
    }
}

extension BlobShelfError: CustomStringConvertible {
    var description: String {
        switch self {
        case .folders(let error): "their folder can't be used: \(error)"
        case .rows(let error): error.description
        }
    }
}

// MARK: - Finding

extension BlobShelf {
    /// - Parameter time: Unix milliseconds.
    func find(_ id: BlobID, at time: Int64 = time()) throws(BlobTrouble) -> BlobRow {
        guard let row = try row(of: id), time < row.expiry else { throw .missing }
        return row
    }

    /// - Parameter memory: what lies in a database takes of this, until it is answered.
    func open(_ id: BlobID, in memory: BlobMemoryLease) throws(BlobTrouble) -> BlobContent {
        let row = try find(id)
        switch row.lies {
        case .inFolder:
            guard let content = BlobContent(row, in: folders.kept) else { throw .missing }
            return content
        case .inRow:
            guard memory.take(row.size) else { throw .away }
            return BlobContent(try content(of: row))
        case .elsewhere: throw .away
        }
    }

    private func content(of row: BlobRow) throws(BlobTrouble) -> [UInt8] {
        let content: [UInt8]?
        do throws(BlobRowsError) {
            content = try rows.content(of: row)
        } catch {
            throw .away
        }
        guard let content, UInt64(content.count) == row.size else { throw .missing }
        return content
    }
}

// MARK: - Adding

extension BlobShelf {
    /// Gives a file its name and its row. Durable when this returns.
    ///
    /// - Parameter hash: what its content is called.
    func keep(_ file: IncomingFile, hash: BlobID?) throws(BlobTrouble) -> BlobRow {
        if let hash {
            return try claims.claiming(hash) { () throws(BlobTrouble) in
                guard isUsable else { throw .failed }
                if let row = try refresh(hash, size: file.size) { return row }
                let row = newRow(hash, file.size)
                _ = try place(file, as: row, replaces: true)
                return row
            }
        }
        for _ in 0..<Self.tries {
            let id = BlobID(number: draw())
            let row = try claims.claiming(id) { () throws(BlobTrouble) -> BlobRow? in
                guard isUsable else { throw .failed }
                guard try isFree(id) else { return nil }
                let row = newRow(id, file.size)
                return try place(file, as: row, replaces: false) ? row : nil
            }
            if let row { return row }
        }
        throw .noName
    }

    private static let tries = 25

    private func isFree(_ id: BlobID) throws(BlobTrouble) -> Bool {
        guard let name = id.name else { return false }
        if (try? folders.kept.status(of: name)) != nil { return false }
        return try row(of: id) == nil
    }

    private func row(of id: BlobID) throws(BlobTrouble) -> BlobRow? {
        do throws(BlobRowsError) {
            return try rows.find(id)
        } catch {
            throw .away
        }
    }

    /// What is there already lives on as if it had come now.
    private func refresh(_ id: BlobID, size: UInt64) throws(BlobTrouble) -> BlobRow? {
        guard let row = try row(of: id), row.size == size, row.lies != .elsewhere else { return nil }
        let content = row.lies == .inFolder ? BlobContent(row, in: folders.kept) : nil
        if row.lies == .inFolder, content == nil { return nil }
        let fresh = newRow(id, size)
        content?.note(fresh.uploaded)
        do throws(BlobRowsError) {
            // It may have gone meanwhile: another server sweeps, too.
            return try rows.refresh(fresh) ? fresh : nil
        } catch {
            throw error.mayMeanFull ? .full : .away
        }
    }

    private func newRow(_ id: BlobID, _ size: UInt64) -> BlobRow {
        let now = Self.time()
        return BlobRow(id: id, size: size, uploaded: now, expiry: now &+ rules.lifetime &* 1000)
    }

    private func put(_ row: BlobRow, holding content: [UInt8]?, _ replaces: Bool) throws(BlobTrouble) -> Bool {
        do throws(BlobRowsError) {
            return try rows.put(row, holding: content, replaces: replaces)
        } catch {
            // Whether it is written nobody knows: where it isn't, the file is a stray.
            throw error.mayMeanFull ? .full : .away
        }
    }

    /// Keeps a file whose row is known, unless there is one of its name.
    func keep(_ file: IncomingFile, as row: BlobRow) throws(BlobTrouble) -> Bool {
        try claims.claiming(row.id) { () throws(BlobTrouble) in
            guard isUsable else { throw .failed }
            guard try isFree(row.id) else { return false }
            return try place(file, as: row, replaces: false)
        }
    }

    /// - Returns: false where another server has taken the name meanwhile.
    private func place(_ file: IncomingFile, as row: BlobRow, replaces: Bool) throws(BlobTrouble) -> Bool {
        let isPlaced: Bool
        if row.size <= rows.mostInside {
            guard let content = try? file.readAll(), UInt64(content.count) == row.size else { throw .failed }
            isPlaced = try put(row, holding: content, replaces)
        } else {
            try publish(file, as: row)
            isPlaced = try put(row, holding: nil, replaces)
            if !isPlaced { file.unpublish() }
        }
        if isPlaced { claims.note(kept: row.charge) }
        return isPlaced
    }

    private func publish(_ file: IncomingFile, as row: BlobRow) throws(BlobTrouble) {
        guard let name = row.id.name else { throw .failed }
        do throws(SystemError) {
            try file.publish(as: name, in: folders)
        } catch {
            // A lack of room says nothing of what was flushed before.
            if error.isLackOfRoom { throw .full }
            // What fails before it has its name ends this blob only.
            if file.isPublished { distrust() }
            throw .failed
        }
    }
}
