import Platform

/// A fingerprint as columns of a table.
enum FingerprintColumns {
    static let names =
        "device, inode, born_s, born_ns, size, modified_s, modified_ns, changed_s, changed_ns"
    static let count: CInt = 9

    /// One question mark for each column.
    static let placeholders = Array(repeating: "?", count: Int(count)).joined(separator: ", ")

    /// That all of them are what is given.
    static let condition = names.split(separator: ", ").map { "\($0) = ?" }.joined(separator: " AND ")

    static let definition = names.split(separator: ", ").map { "\($0) INTEGER NOT NULL" }.joined(separator: ", ")

    static func values(of fingerprint: Fingerprint) -> [SQLiteValue] {
        let identity = fingerprint.identity
        return [.unsigned(identity.device), .unsigned(identity.inode)] + values(of: identity.born)
            + [.unsigned(fingerprint.size)] + values(of: fingerprint.modified) + values(of: fingerprint.changed)
    }

    private static func values(of time: FileTime) -> [SQLiteValue] {
        [.integer(time.seconds), .integer(Int64(time.nanoseconds))]
    }
}

extension SQLiteStatement {
    /// The fingerprint in the columns from `first` on.
    func fingerprint(from first: CInt) -> Fingerprint {
        let identity = FileIdentity(
            device: unsigned(first), inode: unsigned(first + 1), born: time(from: first + 2))
        return Fingerprint(
            identity: identity, size: unsigned(first + 4), modified: time(from: first + 5),
            changed: time(from: first + 7))
    }

    private func time(from first: CInt) -> FileTime {
        FileTime(seconds: integer(first), nanoseconds: UInt32(clamping: integer(first + 1)))
    }
}
