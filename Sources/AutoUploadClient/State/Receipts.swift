import Wire

/// A receipt, and the file that it was given for.
struct KeptReceipt: Hashable, Sendable {
    let receipt: Receipt
    /// Where the file stood in the watched folder.
    let path: LocalPath
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
    func receiptKey() throws(StateError) -> ReceiptKey? {
        try read("look up the receipt key") { connection throws(SQLiteError) in
            try connection.query("SELECT key FROM receipt_key WHERE id = 1") { ReceiptKey($0.blob(0)) }.first
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

    private var selectReceipts: String {
        // Who only looks doesn't bring a state up to date.
        let proof = schemaVersion < StateSchema.firstWithProofs ? "x''" : "proof"
        return """
            SELECT key, user, stored_path, size, digest, time, signature, path, \(proof) FROM receipts
            ORDER BY time, stored_path
            """
    }
}

extension SQLiteConnection {
    /// Keeps a receipt, inside a transaction.
    mutating func keep(_ receipt: Receipt, of path: LocalPath) throws(SQLiteError) {
        let sql = """
            INSERT OR REPLACE INTO receipts (key, user, stored_path, size, digest, time, signature, path, proof)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        let statement = receipt.statement
        try execute(
            sql,
            [
                .blob(statement.key.bytes), .blob(Array(statement.user.utf8)), .blob(statement.path.bytes),
                .unsigned(statement.size), .blob(statement.digest.bytes), .integer(statement.time),
                .blob(receipt.signature.bytes), .blob(path.bytes), .blob(receipt.proof.bytes),
            ])
    }
}

extension SQLiteStatement {
    fileprivate var keptReceipt: KeptReceipt? {
        guard let key = ReceiptKey(blob(0)), let user = String(validating: blob(1), as: UTF8.self),
            let stored = remotePath(2), let digest = digest(4), let signature = ReceiptSignature(blob(6)),
            let path = localPath(7), let proof = ReceiptProof(blob(8).span)
        else { return nil }
        let statement = try? ReceiptStatement(
            key: key, user: user, path: stored, size: unsigned(3), digest: digest, time: integer(5))
        return statement.map {
            KeptReceipt(receipt: Receipt(statement: $0, signature: signature, proof: proof), path: path)
        }
    }
}
