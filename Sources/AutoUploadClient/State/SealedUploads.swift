import Age
import Domain
import Platform
import SQLite

// MARK: - Seals of uploads that were begun

extension ClientState {
    /// From now on more may have been sealed than is noted.
    func noteOpenSeal(of path: LocalPath, _ upload: UploadID) throws(StateError) {
        try change("note that a file is encrypted on") { connection throws(SQLiteError) in
            try connection.execute(openSeal, [.blob(path.bytes), .blob(upload.bytes)])
        }
    }

    /// Notes what seals were used for, and for no more.
    func noteMarks(_ marks: [(seal: SealInUse, mark: SealMark)]) throws(StateError) {
        if marks.isEmpty { return }
        try change("note how far files are encrypted") { connection throws(SQLiteError) in
            for (seal, mark) in marks {
                try connection.execute(
                    closeSeal,
                    [
                        .unsigned(mark.chunks), .blob(mark.digest.bytes), .blob(seal.path.bytes),
                        .blob(seal.upload.bytes),
                    ])
            }
        }
    }

    /// The next try begins anew.
    func forgetUpload(of path: LocalPath, _ upload: UploadID) throws(StateError) {
        try change("forget an upload") { connection throws(SQLiteError) in
            try connection.execute(
                "DELETE FROM uploads WHERE path = ? AND upload_id = ?", [.blob(path.bytes), .blob(upload.bytes)])
        }
    }
}

/// What is kept of a seal, in the columns `seal, sealed_chunks, sealed_digest` of an upload.
enum SealColumns {
    static let names = "seal, sealed_chunks, sealed_digest"
    static let placeholders = "?, ?, ?"
    /// Of `sealed_chunks`: more may have been sealed than anybody knows.
    private static let open: Int64 = -1

    /// Those of a new upload, whose seal is about to be used.
    static func values(of seal: Seal?) -> [SQLiteValue] {
        [.blob(seal?.stored ?? []), .integer(open), .blob([])]
    }

    /// - Parameter first: the number of the first of the columns.
    static func mark(_ row: borrowing SQLiteStatement, _ first: CInt) -> SealMark? {
        guard row.integer(first + 1) != open, let digest = row.digest(first + 2) else { return nil }
        return SealMark(chunks: row.unsigned(first + 1), digest: digest)
    }
}

private let openSeal = "UPDATE uploads SET sealed_chunks = -1, sealed_digest = x'' WHERE path = ? AND upload_id = ?"
private let closeSeal = "UPDATE uploads SET sealed_chunks = ?, sealed_digest = ? WHERE path = ? AND upload_id = ?"
