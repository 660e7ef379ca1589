import Platform
import SQLite
import Storage
import Synchronization

/// A storage's blobs, open: a file for each, and a row that says until when.
///
/// A blob is answered for once its file is flushed, has its name, the folder is flushed, and the row is durable. One that goes loses its row
/// first. So a crash leaves no row without a file; a file without a row is nobody's, and removed by `removeStrays`.
final class BlobShelf: Sendable {
    let place: BlobPlace
    let folders: BlobFolders
    let rows: BlobRows
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

    /// - Parameter draw: a random number.
    init(
        _ place: BlobPlace, _ rules: BlobRules, draw: @escaping @Sendable () -> UInt64
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
        do throws(SQLiteError) {
            rows = try BlobRows(path: place.rowsPath, logsAhead: place.mayLogAhead)
            if try !rows.isComplete() { try adoptFiles() }
            claims.set(kept: try rows.total().charge)
        } catch {
            throw .rows(error)
        }
    }

    /// Whether the storage is still where it was, and keeps what it is told to.
    var isUsable: Bool { !isDistrusted.load(ordering: .relaxed) && place.isInPlace(folders) }

    /// After a flush that failed.
    func distrust() { isDistrusted.store(true, ordering: .relaxed) }

    /// A name for a file that comes in, or nil in a thousand years.
    func freshName() -> FileName? {
        FileName(String(lastNumber.add(1, ordering: .relaxed).newValue))
    }

    static func time() -> Int64 { currentUnixMilliseconds() }
}

/// Why blobs can't be opened.
enum BlobShelfError: Error {
    case folders(SystemError)
    case rows(SQLiteError)

    var meansDamage: Bool {
        if case .rows(let error) = self { error.meansDamage } else { false }
    }
}

extension BlobShelfError: CustomStringConvertible {
    var description: String {
        switch self {
        case .folders(let error): "their folder can't be used: \(error)"
        case .rows(let error): "their file of rows can't be used: \(error)"
        }
    }
}

// MARK: - Finding

extension BlobShelf {
    /// - Parameter time: Unix milliseconds.
    func find(_ id: BlobID, at time: Int64 = time()) throws(BlobTrouble) -> BlobRow {
        let row: BlobRow?
        do throws(SQLiteError) {
            row = try rows.find(id)
        } catch {
            throw .away
        }
        guard let row, time < row.expiry else { throw .missing }
        return row
    }

    func open(_ id: BlobID) throws(BlobTrouble) -> BlobContent {
        let row = try find(id)
        guard let content = BlobContent(row, in: folders.kept) else { throw .missing }
        return content
    }
}

// MARK: - Adding

extension BlobShelf {
    /// Gives a file its name and its row. Durable when this returns.
    ///
    /// - Parameter hash: what its content is called.
    func keep(_ file: IncomingFile, hash: BlobID?) throws(BlobTrouble) -> BlobRow {
        guard isUsable else { throw .failed }
        if let hash {
            return try claims.claiming(hash) { () throws(BlobTrouble) in
                if let row = try refresh(hash, size: file.size) { return row }
                return try place(file, as: hash)
            }
        }
        for _ in 0..<Self.tries {
            let id = BlobID(number: draw())
            let row = try claims.claiming(id) { () throws(BlobTrouble) -> BlobRow? in
                try isFree(id) ? try place(file, as: id) : nil
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
        do throws(SQLiteError) {
            return try rows.find(id)
        } catch {
            throw .away
        }
    }

    /// What is there already lives on as if it had come now.
    private func refresh(_ id: BlobID, size: UInt64) throws(BlobTrouble) -> BlobRow? {
        guard let row = try row(of: id), row.size == size, let content = BlobContent(row, in: folders.kept) else {
            return nil
        }
        let fresh = newRow(id, size)
        content.note(fresh.uploaded)
        try put(fresh)
        return fresh
    }

    private func newRow(_ id: BlobID, _ size: UInt64) -> BlobRow {
        let now = Self.time()
        return BlobRow(id: id, size: size, uploaded: now, expiry: now &+ rules.lifetime &* 1000)
    }

    private func put(_ row: BlobRow) throws(BlobTrouble) {
        do throws(SQLiteError) {
            try rows.put(row)
        } catch {
            // Whether it is written nobody knows: where it isn't, the file is a stray.
            throw error.mayMeanFullDisk ? .full : .away
        }
    }

    /// Keeps a file whose row is known, unless there is one of its name.
    func keep(_ file: IncomingFile, as row: BlobRow) throws(BlobTrouble) -> Bool {
        try claims.claiming(row.id) { () throws(BlobTrouble) in
            guard try isFree(row.id) else { return false }
            try place(file, as: row)
            return true
        }
    }

    private func place(_ file: IncomingFile, as id: BlobID) throws(BlobTrouble) -> BlobRow {
        let row = newRow(id, file.size)
        try place(file, as: row)
        return row
    }

    private func place(_ file: IncomingFile, as row: BlobRow) throws(BlobTrouble) {
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
        claims.note(kept: row.charge)
        try put(row)
    }
}

// MARK: - Removing

extension BlobShelf {
    /// Removes what nobody may have any more.
    ///
    /// - Returns: how many went.
    @discardableResult
    func removeExpired(by time: Int64 = time()) throws(SQLiteError) -> Int {
        var count = 0
        while true {
            let gone = try rows.removeExpired(by: time, atMost: Self.together)
            for row in gone {
                if try removeFile(row.id) { claims.note(removed: row.charge) }
            }
            count += gone.count
            if gone.count < Self.together { return count }
        }
    }

    /// Rows that go in one transaction.
    private static let together = 200

    /// Removes files that have no row: their upload was never answered for, or their end was begun. What is taken is counted anew.
    func removeStrays() throws(SQLiteError) {
        let names: [FileName]
        do throws(SystemError) {
            names = try folders.kept.names()
        } catch {
            return
        }
        for name in names {
            guard let id = BlobID(String(decoding: name.bytes, as: UTF8.self)) else { continue }
            _ = try removeFile(id)
        }
        claims.set(kept: try rows.total().charge)
    }

    /// - Returns: false where a row has come meanwhile.
    private func removeFile(_ id: BlobID) throws(SQLiteError) -> Bool {
        // One that has its row needs no claim, which would wait for an upload.
        if try rows.find(id) != nil { return false }
        return try claims.claiming(id) { () throws(SQLiteError) in
            guard try rows.find(id) == nil, let name = id.name else { return false }
            try? folders.kept.remove(name)
            return true
        }
    }

    /// Gives files their rows that are there without a table, as after one was damaged: their times say when they came.
    private func adoptFiles() throws(SQLiteError) {
        var batch: [BlobRow] = []
        for name in (try? folders.kept.names()) ?? [] {
            guard let row = row(of: name) else { continue }
            batch.append(row)
            if batch.count == 1000 {
                try rows.adopt(batch, isComplete: false)
                batch = []
            }
        }
        try rows.adopt(batch, isComplete: true)
    }

    private func row(of name: FileName) -> BlobRow? {
        guard let id = BlobID(String(decoding: name.bytes, as: UTF8.self)),
            let status = try? folders.kept.status(of: name)
        else { return nil }
        return row(of: id, status)
    }

    /// As the time of its file says; nil for what holds no blob.
    func row(of id: BlobID, _ status: FileStatus) -> BlobRow? {
        guard status.kind == .regular, status.size > 0 else { return nil }
        let (seconds, overflows) = status.modified.seconds.multipliedReportingOverflow(by: 1000)
        let uploaded = overflows ? 0 : seconds &+ Int64(status.modified.nanoseconds / 1_000_000)
        return BlobRow(id: id, size: status.size, uploaded: uploaded, expiry: uploaded &+ rules.lifetime &* 1000)
    }
}
