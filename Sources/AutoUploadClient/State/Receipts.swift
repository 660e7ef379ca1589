import Domain
import SQLite
import Wire

/// A receipt, and the file that it was given for.
struct KeptReceipt: Hashable, Sendable {
    let receipt: Receipt
    /// Where the file stood in the watched folder.
    let path: LocalPath
    /// The hash of the content itself, where what is stored is encrypted.
    var plaintext: ContentDigest?
    /// What wiping the file was worth; nil where it wasn't wiped since.
    var wipeGrade: ErasureGrade?
}

extension ClientState {
    /// Lends each receipt, by the server's time. Of a state of an earlier version there are none.
    func forEachReceipt(_ body: (KeptReceipt) -> Void) throws(StateError) {
        if schemaVersion < StateSchema.firstWithReceipts { return }
        try read("list the receipts") { connection throws(SQLiteError) in
            _ = try connection.query(selectReceipts) { row -> Void? in
                row.keptReceipt.map(body)
                return nil
            }
        }
    }

    /// The key that receipts are expected to be signed with: the first one that the server stated, its successor, or the
    /// one that a person has accepted since.
    ///
    /// - Returns: nil as long as the server has stated none, and when a person has accepted that it states none.
    /// - Throws: also when there is one that can't be read: else any would be believed.
    func receiptKey() throws(StateError) -> ReceiptKey? {
        let isUnread = hasUnreadKey
        return try read("look up the receipt key") { connection throws(SQLiteError) in
            if isUnread { throw .damaged("the key that is expected can't be read") }
            let keys = try connection.query("SELECT key FROM receipt_key WHERE id = 1") { $0.blob(0) }
            guard let bytes = keys.first else { return nil }
            guard let key = ReceiptKey(bytes) else { throw .damaged("the key that is expected is none") }
            return key
        }
    }

    /// Expects receipts to be signed with this key from now on; nil: takes the next one that the server states.
    func setReceiptKey(_ key: ReceiptKey?) throws(StateError) {
        try change("store the receipt key") { connection throws(SQLiteError) in
            try connection.execute("DELETE FROM receipt_key")
            if let key {
                try connection.execute("INSERT INTO receipt_key (id, key) VALUES (1, ?)", [.blob(key.bytes)])
            }
        }
    }

    /// Expects this key in the place of the one that has signed it, and of it what was expected of that.
    func renewReceiptKey(_ key: ReceiptKey) throws(StateError) {
        try change("store the receipt key") { connection throws(SQLiteError) in
            try connection.execute("UPDATE receipt_key SET key = ?", [.blob(key.bytes)])
        }
    }

    /// Whether receipts were found genuine, under the key that is expected, over nonces of this client.
    func expectsBoundReceipts() throws(StateError) -> Bool {
        try read("look up the receipt key") { connection throws(SQLiteError) in
            try connection.query("SELECT is_bound FROM receipt_key") { $0.integer(0) == 1 }.first ?? false
        }
    }

    private var selectReceipts: String {
        // Who only looks doesn't bring a state up to date.
        let proof = schemaVersion < StateSchema.firstWithProofs ? "x''" : "proof"
        let nonce = schemaVersion < StateSchema.firstWithNonces ? "x''" : "nonce"
        let plaintext = schemaVersion < StateSchema.firstWithSeals ? "x''" : "plaintext"
        let grade = schemaVersion < StateSchema.firstWithGrades ? "''" : "wipe_grade"
        return """
            SELECT key, user, stored_path, size, digest, time, signature, path, \(proof), \(nonce), \(plaintext), \(grade)
            FROM receipts ORDER BY time, stored_path
            """
    }
}

extension SQLiteConnection {
    /// Keeps a receipt, inside a transaction.
    mutating func keep(_ receipt: Receipt, of path: LocalPath, _ plaintext: ContentDigest?) throws(SQLiteError) {
        let sql = """
            INSERT OR REPLACE INTO receipts
            (key, user, stored_path, size, digest, time, signature, path, proof, nonce, plaintext)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        let statement = receipt.statement
        try execute(
            sql,
            [
                .blob(statement.key.bytes), .blob(Array(statement.user.utf8)), .blob(statement.path.bytes),
                .unsigned(statement.size), .blob(statement.digest.bytes), .integer(statement.time),
                .blob(receipt.signature.bytes), .blob(path.bytes), .blob(receipt.proof.bytes),
                .blob(statement.nonce?.bytes ?? []), .blob(plaintext?.bytes ?? []),
            ])
    }

    /// Keeps with a file's receipts what wiping it was worth, inside a transaction.
    mutating func noteWipe(_ record: WipeRecord, _ grade: ErasureGrade) throws(SQLiteError) {
        try execute(
            "UPDATE receipts SET wipe_grade = ? WHERE stored_path = ? AND digest = ? AND path = ?",
            [
                .text(grade.rawValue), .blob(record.storedPath.bytes), .blob(record.digest.bytes),
                .blob(record.path.bytes),
            ])
    }

    /// Expects receipts over nonces from now on, inside a transaction, where one of these is.
    mutating func expectBoundReceipts(after receipts: some Sequence<Receipt>) throws(SQLiteError) {
        guard let bound = receipts.first(where: { $0.statement.nonce != nil }) else { return }
        try execute(
            "UPDATE receipt_key SET is_bound = 1 WHERE is_bound = 0 AND key = ?", [.blob(bound.statement.key.bytes)])
    }
}

extension SQLiteStatement {
    fileprivate var keptReceipt: KeptReceipt? {
        guard let key = ReceiptKey(blob(0)), let user = String(validating: blob(1), as: UTF8.self),
            let stored = remotePath(2), let digest = digest(4), let signature = ReceiptSignature(blob(6)),
            let path = localPath(7), let proof = ReceiptProof(blob(8).span)
        else { return nil }
        let nonceBytes = blob(9)
        let nonce = ReceiptNonce(nonceBytes)
        guard nonce != nil || nonceBytes.isEmpty else { return nil }
        let statement = try? ReceiptStatement(
            key: key, user: user, path: stored, size: unsigned(3), digest: digest, time: integer(5), nonce: nonce)
        return statement.map {
            KeptReceipt(
                receipt: Receipt(statement: $0, signature: signature, proof: proof), path: path,
                plaintext: self.digest(10), wipeGrade: ErasureGrade(rawValue: text(11)))
        }
    }
}
