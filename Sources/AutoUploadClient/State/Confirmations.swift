import Domain
import Platform
import SQLite
import Wire

// MARK: - Confirmations

extension ClientState {
    /// What was confirmed for a path. Whether the file is still what it was then is for the caller to compare.
    func confirmation(of path: LocalPath) throws(StateError) -> ConfirmationRecord? {
        let volumes = volumes
        return try read("look up a confirmation") { connection throws(SQLiteError) in
            try connection.query(Self.selectConfirmation, [.blob(path.bytes)]) {
                $0.confirmation(of: path, volumes)
            }.first
        }
    }

    /// Whether anything is known to be confirmed: of a new state, or where all that is confirmed is wiped, nothing is.
    func hasConfirmations() throws(StateError) -> Bool {
        try read("look for confirmations") { connection throws(SQLiteError) in
            try connection.query("SELECT 1 FROM confirmations LIMIT 1") { _ in () }.first != nil
        }
    }

    /// How many files that are here are known to be confirmed, and how many wipes have begun.
    func counts() throws(StateError) -> (confirmed: Int64, wipes: Int64) {
        try read("count what is known") { connection throws(SQLiteError) in
            try connection.query("SELECT (SELECT count(*) FROM confirmations), (SELECT count(*) FROM wipes)") {
                ($0.integer(0), $0.integer(1))
            }.first ?? (0, 0)
        }
    }

    /// Remembers confirmations, each in the place of an earlier one of its path, and their receipts, which stay for
    /// good, in one transaction. The uploads they came from are over.
    func record(_ confirmations: [ConfirmationRecord]) throws(StateError) {
        if confirmations.isEmpty { return }
        let volumes = volumes
        try change("record a confirmation") { connection throws(SQLiteError) in
            for confirmation in confirmations {
                try connection.execute(Self.insertConfirmation, confirmation.values(volumes))
                try connection.execute(Self.deleteUpload, [.blob(confirmation.path.bytes)])
                if let receipt = confirmation.receipt {
                    try connection.keep(receipt, of: confirmation.path, confirmation.encrypted?.plaintext)
                }
            }
            try connection.expectBoundReceipts(after: confirmations.lazy.compactMap(\.receipt))
        }
    }

    func record(_ confirmation: ConfirmationRecord) throws(StateError) {
        try record([confirmation])
    }

    /// Forgets what is known about a path.
    func forget(_ path: LocalPath) throws(StateError) {
        try change("forget a confirmation") { connection throws(SQLiteError) in
            try connection.forget(path)
        }
    }

    /// Forgets what is known about files that are no longer there. Writes nothing when all of them are.
    ///
    /// - Parameter isThere: whether a file is. A scan with problems doesn't know all that are: don't call then.
    func forgetMissing(unless isThere: (LocalPath) -> Bool) throws(StateError) {
        let missing = try read("list the confirmations") { connection throws(SQLiteError) in
            try connection.query(Self.selectMissable) { row in row.localPath(0).flatMap { isThere($0) ? nil : $0 } }
        }
        if missing.isEmpty { return }
        try change("forget missing files") { connection throws(SQLiteError) in
            for path in missing {
                try connection.forget(path)
                try connection.execute("DELETE FROM holds WHERE path = ?", [.blob(path.bytes)])
            }
        }
    }

    private static let selectConfirmation = """
        SELECT \(FingerprintColumns.names), digest, remote_path, stored_path, confirmed_at, plaintext, stored_size
        FROM confirmations WHERE path = ?
        """
    private static let insertConfirmation = """
        INSERT OR REPLACE INTO confirmations
        (path, \(FingerprintColumns.names), digest, remote_path, stored_path, confirmed_at, plaintext, stored_size)
        VALUES (?, \(FingerprintColumns.placeholders), ?, ?, ?, ?, ?, ?)
        """
    private static let selectMissable =
        "SELECT path FROM confirmations UNION SELECT path FROM uploads UNION SELECT path FROM holds"
    fileprivate static let deleteConfirmation = "DELETE FROM confirmations WHERE path = ?"
    fileprivate static let deleteUpload = "DELETE FROM uploads WHERE path = ?"
}

extension SQLiteConnection {
    /// Forgets what is known about a path, inside a transaction.
    mutating func forget(_ path: LocalPath) throws(SQLiteError) {
        try execute(ClientState.deleteConfirmation, [.blob(path.bytes)])
        try execute(ClientState.deleteUpload, [.blob(path.bytes)])
    }
}

extension SQLiteConnection {
    /// Forgets a path inside a transaction, unless another file has come to stand there since.
    mutating func forget(_ path: LocalPath, ifStill fingerprint: Fingerprint) throws(SQLiteError) {
        let values = [.blob(path.bytes)] + FingerprintColumns.conditionValues(of: fingerprint)
        try execute("\(ClientState.deleteConfirmation) AND \(FingerprintColumns.condition)", values)
        try execute("\(ClientState.deleteUpload) AND \(FingerprintColumns.condition)", values)
    }
}

extension SQLiteStatement {
    fileprivate func confirmation(of path: LocalPath, _ volumes: Volumes) -> ConfirmationRecord? {
        let next = FingerprintColumns.count
        guard let digest = digest(next), let offered = remotePath(next + 1), let stored = remotePath(next + 2)
        else { return nil }
        return ConfirmationRecord(
            path: path, fingerprint: fingerprint(from: 0, volumes), digest: digest, remotePath: offered,
            storedPath: stored, receipt: nil, confirmedAt: integer(next + 3),
            encrypted: self.digest(next + 4).map {
                EncryptedContent(plaintext: $0, storedSize: unsigned(next + 5))
            })
    }
}

extension ConfirmationRecord {
    fileprivate func values(_ volumes: Volumes) -> [SQLiteValue] {
        [.blob(path.bytes)] + FingerprintColumns.values(of: fingerprint, volumes)
            + [
                .blob(digest.bytes), .blob(remotePath.bytes), .blob(storedPath.bytes), .integer(confirmedAt),
                .blob(encrypted?.plaintext.bytes ?? []), .unsigned(encrypted?.storedSize ?? 0),
            ]
    }
}
