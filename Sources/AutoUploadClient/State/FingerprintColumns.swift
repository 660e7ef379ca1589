import Platform
import SQLite

/// A fingerprint as columns of a table.
enum FingerprintColumns {
    private static let first =
        "device, inode, born_s, born_ns, size, modified_s, modified_ns, changed_s, changed_ns"
    static let names = first + ", volume"
    static let count: CInt = 10

    /// One question mark for each column.
    static let placeholders = Array(repeating: "?", count: Int(count)).joined(separator: ", ")

    /// That all of them are what is given, but for the device, whose number may have changed.
    static let condition = first.split(separator: ", ").dropFirst().map { "\($0) = ?" }.joined(separator: " AND ")

    /// The values for that.
    static func conditionValues(of fingerprint: Fingerprint) -> [SQLiteValue] {
        Array(values(of: fingerprint).dropFirst().dropLast())
    }

    /// Of a table of the first version; `volume` came later.
    static let definition = first.split(separator: ", ").map { "\($0) INTEGER NOT NULL" }.joined(separator: ", ")

    /// - Parameter volumes: where the device matters later, so that it can be told what it is called then.
    static func values(of fingerprint: Fingerprint, _ volumes: Volumes = Volumes()) -> [SQLiteValue] {
        let identity = fingerprint.identity
        return [.unsigned(identity.device), .unsigned(identity.inode)] + values(of: identity.born)
            + [.unsigned(fingerprint.size)] + values(of: fingerprint.modified) + values(of: fingerprint.changed)
            + [.unsigned(volumes.identity(of: identity.device))]
    }

    private static func values(of time: FileTime) -> [SQLiteValue] {
        [.integer(time.seconds), .integer(Int64(time.nanoseconds))]
    }
}

extension SQLiteStatement {
    /// The fingerprint in the columns from `first` on.
    func fingerprint(from first: CInt, _ volumes: Volumes = Volumes()) -> Fingerprint {
        let device = volumes.device(keptAs: unsigned(first), unsigned(first + 9))
        let identity = FileIdentity(
            device: device, inode: unsigned(first + 1), born: time(from: first + 2))
        return Fingerprint(
            identity: identity, size: unsigned(first + 4), modified: time(from: first + 5),
            changed: time(from: first + 7))
    }

    private func time(from first: CInt) -> FileTime {
        FileTime(seconds: integer(first), nanoseconds: UInt32(clamping: integer(first + 1)))
    }
}
