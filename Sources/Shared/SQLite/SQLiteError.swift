internal import CSQLite
package import Platform

/// What SQLite answered when it couldn't do something.
package struct SQLiteError: Error, Hashable, Sendable {
    /// The primary result code; see sqlite.org/rescode.html.
    package let code: CInt
    /// SQLite's own words, in English; they name no values.
    package let message: String
    /// What the system said, as far as SQLite tells.
    package var cause: Errno?

    package init(code: CInt, message: String, cause: Errno? = nil) {
        (self.code, self.message, self.cause) = (code, message, cause)
    }

    /// Whether the file itself is at fault, not the system or the moment: another try can't help, a new file does.
    package var meansDamage: Bool { code == SQLITE_CORRUPT || code == SQLITE_NOTADB }

    /// Whether a full disk may be behind it. SQLite says so only of some calls; of others, that they failed.
    package var mayMeanFullDisk: Bool { [SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN].contains(code) }

    /// Whether it certainly is a full disk, or one that is only to be read.
    package var meansNoRoom: Bool { code == SQLITE_FULL || mayMeanFullDisk && cause?.meansNoRoom == true }

    /// Whether somebody else, or a file system that can't lock, stood in the way.
    package var meansLocked: Bool { [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL].contains(code) }

    /// Whether the system, or a right that is lacking, stood in the way.
    package var meansOutside: Bool { [SQLITE_READONLY, SQLITE_NOMEM, SQLITE_PERM, SQLITE_AUTH].contains(code) }

    /// The file reads well, but isn't what this program wrote.
    package static func damaged(_ message: String) -> SQLiteError {
        SQLiteError(code: SQLITE_CORRUPT, message: message)
    }
}

extension Errno {
    /// That a disk takes nothing more, or nothing at all.
    package var meansNoRoom: Bool { [.noSpace, .overQuota, .readOnlyFileSystem].contains(self) }
}

extension SQLiteError: CustomStringConvertible {
    package var description: String { cause.map { "\(message) (\($0))" } ?? message }
}
