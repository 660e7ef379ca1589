import Domain
import Platform

/// The id of an upload, as the state knows it.
struct StoredUploadID: Hashable, Sendable {
    let id: UploadID
    /// Whether it was made just now: the server can't know it yet.
    let isFresh: Bool
}

extension ClientState {
    /// The id to upload a file under: the one that was made for what this file resembles before, or a new one, stored
    /// before this returns. What is uploaded is hashed as a whole: a wrong resemblance costs bytes, no more.
    func uploadID(for path: LocalPath, _ fingerprint: Fingerprint) throws(StateError) -> StoredUploadID {
        let ids = try uploadIDs(for: [(path, fingerprint)])
        guard let id = ids.first else { throw .noRandomness(SystemError("make an upload id", errno: .inputOutput)) }
        return id
    }

    /// The ids of several files, in their order, for the price of one flush.
    func uploadIDs(for files: [(path: LocalPath, fingerprint: Fingerprint)]) throws(StateError) -> [StoredUploadID] {
        let known = try read("look up an upload") { connection throws(SQLiteError) in
            try connection.snapshot { connection throws(SQLiteError) in
                var ids: [UploadID?] = []
                for (path, fingerprint) in files { ids.append(try connection.uploadID(path, fingerprint)) }
                return ids
            }
        }
        var ids: [StoredUploadID] = []
        for id in known {
            if let id { ids.append(StoredUploadID(id: id, isFresh: false)) } else { ids.append(try Self.freshID()) }
        }
        let fresh = zip(files, ids).filter { $1.isFresh }
        if fresh.isEmpty { return ids }
        try change("store an upload id") { connection throws(SQLiteError) in
            for (file, id) in fresh { try connection.store(id.id, file.path, file.fingerprint) }
        }
        return ids
    }

    /// Whether an upload of what this file resembles was begun.
    func hasBegun(_ path: LocalPath, _ fingerprint: Fingerprint) throws(StateError) -> Bool {
        try read("look up an upload") { connection throws(SQLiteError) in
            try connection.uploadID(path, fingerprint) != nil
        }
    }

    private static func freshID() throws(StateError) -> StoredUploadID {
        do throws(SystemError) {
            guard let id = UploadID(try randomBytes(UploadID.byteCount)) else {
                throw SystemError("get random bytes", errno: .inputOutput)
            }
            return StoredUploadID(id: id, isFresh: true)
        } catch {
            throw .noRandomness(error)
        }
    }
}

extension SQLiteConnection {
    fileprivate mutating func uploadID(_ path: LocalPath, _ fingerprint: Fingerprint) throws(SQLiteError) -> UploadID? {
        try query(selectUpload, [.blob(path.bytes)]) { row in
            row.fingerprint(from: 0).mayStillBe(fingerprint) ? UploadID(row.blob(FingerprintColumns.count)) : nil
        }.first
    }

    fileprivate mutating func store(
        _ id: UploadID, _ path: LocalPath, _ fingerprint: Fingerprint
    ) throws(SQLiteError) {
        try execute(insertUpload, [.blob(path.bytes)] + FingerprintColumns.values(of: fingerprint) + [.blob(id.bytes)])
    }
}

private let selectUpload = "SELECT \(FingerprintColumns.names), upload_id FROM uploads WHERE path = ?"
private let insertUpload = """
    INSERT OR REPLACE INTO uploads (path, \(FingerprintColumns.names), upload_id)
    VALUES (?, \(FingerprintColumns.placeholders), ?)
    """
