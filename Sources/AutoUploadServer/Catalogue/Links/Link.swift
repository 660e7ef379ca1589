package import Platform
package import SQLite

/// An address by which somebody without an account may have something, or add to it.
package struct Link: Hashable, Sendable {
    package enum Kind: Int64, Hashable, Sendable {
        /// Of one file.
        case file = 0
        /// Of all that a folder holds.
        case folder
        /// Files may be added to the folder, and nothing is shown of it.
        case drop
        /// Of several files of a folder, or below it.
        case several
    }

    package let id: LinkID
    package let kind: Kind
    package let user: FileName
    /// From the user's folder on; empty: that itself. Of several files the folder that all of them are in, or below.
    package let path: [UInt8]
    /// Unix seconds.
    package var made = currentUnixTime()
    package var madeBy: String
    /// Unix seconds; nil: it has no end.
    package var ends: Int64?
    /// Downloads, or files that may be added; nil: any number.
    package var usesLeft: Int64?
    package var uses: Int64 = 0
    /// A password's hash, as in the password file; nil: none is asked for.
    package var password: String?
    /// For who follows it.
    package var note = ""
    /// Bytes of the largest file that may be added; nil: no bound of its own.
    package var largest: UInt64?
    /// Bytes that may be added still; nil: no bound of its own.
    package var bytesLeft: UInt64?
    /// Whether who adds files has to show a proof of work for each.
    package var needsProof = false
    /// Of several files: their paths, from the user's folder on.
    package var files: [[UInt8]] = []

    package init(_ id: LinkID, _ kind: Kind, of path: [UInt8], user: FileName, madeBy: String) {
        (self.id, self.kind, self.path, self.user, self.madeBy) = (id, kind, path, user, madeBy)
    }

    /// Paths of several files as they stand in a row: no path holds a NUL.
    static func bytes(of files: [[UInt8]]) -> [UInt8] { Array(files.joined(separator: [0])) }

    static func files(in bytes: [UInt8]) -> [[UInt8]] { bytes.split(separator: 0).map { Array($0) } }

    /// Whether it is good for anything still.
    ///
    /// - Parameter now: Unix seconds.
    package func isOver(at now: Int64) -> Bool { ends.map { $0 <= now } == true || usesLeft.map { $0 <= 0 } == true }
}

extension SQLiteConnection {
    private static let columns =
        "id, kind, user, path, made, made_by, ends, uses_left, uses, password, note, largest, bytes_left, needs_proof, files"

    /// Adds a link.
    ///
    /// - Returns: false when the id is another's: of a file of the same name that is shared by it.
    package mutating func add(_ link: Link) throws(SQLiteError) -> Bool {
        try execute(
            "INSERT OR IGNORE INTO links (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .text(link.id.text), .integer(link.kind.rawValue), .blob(link.user.bytes), .blob(link.path),
                .integer(link.made), .text(link.madeBy), .optional(link.ends), .optional(link.usesLeft),
                .integer(link.uses), link.password.map { .text($0) } ?? .null, .text(link.note),
                .optional(link.largest.map { Int64(clamping: $0) }),
                .optional(link.bytesLeft.map { Int64(clamping: $0) }), .integer(link.needsProof ? 1 : 0),
                link.files.isEmpty ? .null : .blob(Link.bytes(of: link.files)),
            ])
        return try number("SELECT changes()") == 1
    }

    /// A link, be it over or not.
    package mutating func link(_ id: LinkID) throws(SQLiteError) -> Link? {
        try query("SELECT \(Self.columns) FROM links WHERE id = ?", [.text(id.text)]) { Link($0) }.first
    }

    /// All links, the newest first; or those of one file or folder.
    package mutating func links(
        of place: (path: [UInt8], user: FileName)? = nil, limit: Int = 1000
    ) throws(SQLiteError) -> [Link] {
        let condition = place == nil ? "" : "WHERE user = ? AND path = ?"
        let values: [SQLiteValue] = place.map { [.blob($0.user.bytes), .blob($0.path)] } ?? []
        return try query(
            "SELECT \(Self.columns) FROM links \(condition) ORDER BY made DESC, id LIMIT ?",
            values + [.integer(Int64(limit))]
        ) { Link($0) }
    }

    /// Uses a link once, if it is good for that: of two at a time that use a last one, one is told no.
    ///
    /// - Parameters:
    ///   - bytes: that are added, if any are.
    ///   - now: Unix seconds.
    package mutating func use(_ id: LinkID, adding bytes: UInt64 = 0, at now: Int64) throws(SQLiteError) -> Bool {
        try execute(
            "UPDATE links SET uses = uses + 1, uses_left = uses_left - 1, bytes_left = bytes_left - ?1 WHERE id = ?2 "
                + "AND (ends IS NULL OR ends > ?3) AND (uses_left IS NULL OR uses_left > 0) "
                + "AND (bytes_left IS NULL OR bytes_left >= ?1)",
            [.integer(Int64(clamping: bytes)), .text(id.text), .integer(now)])
        return try number("SELECT changes()") == 1
    }

    /// Takes back a use that came to nothing.
    package mutating func giveBack(_ id: LinkID, _ bytes: UInt64) throws(SQLiteError) {
        try execute(
            "UPDATE links SET uses = uses - 1, uses_left = uses_left + 1, bytes_left = bytes_left + ?1 WHERE id = ?2",
            [.integer(Int64(clamping: bytes)), .text(id.text)])
    }

    /// - Returns: whether there was one.
    package mutating func revoke(_ id: LinkID) throws(SQLiteError) -> Bool {
        try execute("DELETE FROM links WHERE id = ?", [.text(id.text)])
        return try number("SELECT changes()") == 1
    }
}

extension Link {
    /// - Returns: nil for a row that can't be of this program.
    fileprivate init?(_ row: SQLiteStatement) {
        guard let id = LinkID(row.text(0)), let kind = Kind(rawValue: row.integer(1)),
            let user = FileName(row.blob(2))
        else { return nil }
        self.init(id, kind, of: row.blob(3), user: user, madeBy: row.text(5))
        made = row.integer(4)
        (ends, usesLeft, uses) = (row.optional(6), row.optional(7), row.integer(8))
        (password, note) = (row.isNull(9) ? nil : row.text(9), row.text(10))
        (largest, bytesLeft) = (
            row.optional(11).map { UInt64(clamping: $0) }, row.optional(12).map { UInt64(clamping: $0) }
        )
        needsProof = row.integer(13) == 1
        files = row.isNull(14) ? [] : Link.files(in: row.blob(14))
    }
}

extension SQLiteValue {
    static func optional(_ number: Int64?) -> SQLiteValue { number.map { .integer($0) } ?? .null }
}

extension SQLiteStatement {
    func optional(_ column: CInt) -> Int64? { isNull(column) ? nil : integer(column) }
}
