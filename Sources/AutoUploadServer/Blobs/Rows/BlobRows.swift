import PostgreSQL
import SQLite

/// Who keeps the rows of blobs, and what small ones hold. What is changed is durable when the call returns.
protocol BlobRows: Sendable {
    /// Bytes of the largest blob that lies with its row; 0: each has a file.
    var mostInside: UInt64 { get }

    func find(_ id: BlobID) throws(BlobRowsError) -> BlobRow?
    /// What a blob holds that lies with its row; nil where there is none such.
    func content(of row: BlobRow) throws(BlobRowsError) -> [UInt8]?
    /// - Returns: their number, and the bytes that they take.
    func total() throws(BlobRowsError) -> (count: UInt64, charge: UInt64)
    /// When the next one is to be removed here, in Unix milliseconds; nil where there is none.
    func nextExpiry() throws(BlobRowsError) -> Int64?
    /// Whether the files that were there before the table have their rows.
    func isComplete() throws(BlobRowsError) -> Bool

    /// Writes a row down.
    ///
    /// - Parameters:
    ///   - content: what the blob holds, where it lies with its row.
    ///   - replaces: one of the same name, too.
    /// - Returns: false where there is one of its name, and that isn't to be replaced.
    func put(_ row: BlobRow, holding content: [UInt8]?, replaces: Bool) throws(BlobRowsError) -> Bool
    /// Gives a blob other times.
    ///
    /// - Returns: false where it isn't there any more.
    func refresh(_ row: BlobRow) throws(BlobRowsError) -> Bool
    /// Adds rows of files that are there already, and leaves those that are known as they are.
    ///
    /// - Parameter isComplete: whether these were the last.
    func adopt(_ rows: [BlobRow], isComplete: Bool) throws(BlobRowsError)
    /// Forgets those whose time is over, the first ones first.
    ///
    /// - Returns: which they were.
    func removeExpired(by time: Int64, atMost count: Int) throws(BlobRowsError) -> [BlobRow]

    /// Looks whether they can be reached, after they couldn't.
    func probe() throws(BlobRowsError)
    /// What an admin should know of them; asked each hour.
    func warning(for rules: BlobRules) throws(BlobRowsError) -> String?
}

extension BlobRows {
    func probe() throws(BlobRowsError) { _ = try nextExpiry() }
    func warning(for rules: BlobRules) throws(BlobRowsError) -> String? { nil }
}

/// Why rows can't be read or written.
enum BlobRowsError: Error {
    case file(SQLiteError)
    case database(PostgresError)

    /// Whether the file is at fault, so that a new one helps.
    var meansDamage: Bool {
        if case .file(let error) = self { error.meansDamage } else { false }
    }

    /// Whether it may be over by itself, and soon.
    var isPassing: Bool {
        if case .database(let error) = self { error.isPassing } else { false }
    }

    /// Whether only others stood in the way.
    var isBusy: Bool {
        if case .database(.busy) = self { true } else { false }
    }

    /// Whether a full disk may be behind it.
    var mayMeanFull: Bool {
        switch self {
        case .file(let error): error.mayMeanFullDisk
        case .database(let error): error.meansFull
        }
    }
}

extension BlobRowsError: CustomStringConvertible {
    var description: String {
        switch self {
        case .file(let error): "their file of rows can't be used: \(error)"
        case .database(let error): "their database can't be used: \(error)"
        }
    }
}
