import Age
import Domain
import Platform
import SQLite

/// The id of an upload, as the state knows it.
struct StoredUploadID: Hashable, Sendable {
    let id: UploadID
    /// Whether it was made just now: the server can't know it yet.
    let isFresh: Bool
    /// Where files are encrypted.
    var seal: SealInUse?

    /// Whether the server may only be asked about what was begun under it.
    var isSpent: Bool { seal?.isSpent == true }
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
    ///
    /// - Parameter encryption: where there is one, what was begun without it, or for others, doesn't count; and the other way round.
    func uploadIDs(
        for files: [(path: LocalPath, fingerprint: Fingerprint)], _ encryption: EncryptionPolicy? = nil
    ) throws(StateError) -> [StoredUploadID] {
        let known = try read("look up an upload") { connection throws(SQLiteError) in
            try connection.snapshot { connection throws(SQLiteError) in
                var begun: [BegunUpload?] = []
                for (path, fingerprint) in files { begun.append(try connection.begunUpload(path, fingerprint)) }
                return begun
            }
        }
        var ids: [StoredUploadID] = []
        for (file, begun) in zip(files, known) {
            if let known = begun?.storedID(of: file.path, encryption, self) {
                ids.append(known)
            } else {
                ids.append(try freshID(for: file.path, encryption))
            }
        }
        let fresh = zip(files, ids).filter { $1.isFresh }
        if fresh.isEmpty { return ids }
        try change("store an upload id") { connection throws(SQLiteError) in
            for (file, id) in fresh { try connection.store(id, file.path, file.fingerprint) }
        }
        return ids
    }

    /// A new id in the place of the one that there was.
    func newUploadID(
        for path: LocalPath, _ fingerprint: Fingerprint, _ encryption: EncryptionPolicy?
    ) throws(StateError) -> StoredUploadID {
        let id = try freshID(for: path, encryption)
        try change("store an upload id") { connection throws(SQLiteError) in
            try connection.store(id, path, fingerprint)
        }
        return id
    }

    /// Whether an upload of what this file resembles was begun.
    func hasBegun(_ path: LocalPath, _ fingerprint: Fingerprint) throws(StateError) -> Bool {
        try read("look up an upload") { connection throws(SQLiteError) in
            try connection.begunUpload(path, fingerprint) != nil
        }
    }

    private func freshID(
        for path: LocalPath, _ encryption: EncryptionPolicy?
    ) throws(StateError) -> StoredUploadID {
        let id: UploadID
        do throws(SystemError) {
            guard let made = UploadID(try randomBytes(UploadID.byteCount)) else {
                throw SystemError("get random bytes", errno: .inputOutput)
            }
            id = made
        } catch {
            throw .noRandomness(error)
        }
        guard let encryption else { return StoredUploadID(id: id, isFresh: true) }
        do throws(AgeError) {
            let seal = SealInUse(
                try Seal.make(for: encryption.recipients), of: path, upload: id, isFresh: true, in: self)
            return StoredUploadID(id: id, isFresh: true, seal: seal)
        } catch {
            throw .noRandomness(SystemError("make a key to encrypt with: \(error)", errno: .inputOutput))
        }
    }
}

/// An upload as the state has it.
private struct BegunUpload {
    let id: UploadID
    let seal: [UInt8]
    let mark: SealMark?

    /// - Returns: nil when it wasn't begun as this one would be.
    func storedID(of path: LocalPath, _ encryption: EncryptionPolicy?, _ state: ClientState) -> StoredUploadID? {
        guard let encryption else { return seal.isEmpty ? StoredUploadID(id: id, isFresh: false) : nil }
        guard let seal = Seal.stored(seal), seal.recipients == encryption.recipients else { return nil }
        let inUse = SealInUse(seal, of: path, upload: id, mark: mark, isFresh: false, in: state)
        return StoredUploadID(id: id, isFresh: false, seal: inUse)
    }
}

extension SQLiteConnection {
    fileprivate mutating func begunUpload(
        _ path: LocalPath, _ fingerprint: Fingerprint
    ) throws(SQLiteError) -> BegunUpload? {
        try query(selectUpload, [.blob(path.bytes)]) { row -> BegunUpload? in
            let next = FingerprintColumns.count
            guard row.fingerprint(from: 0).mayStillBe(fingerprint), let id = UploadID(row.blob(next)) else {
                return nil
            }
            return BegunUpload(id: id, seal: row.blob(next + 1), mark: SealColumns.mark(row, next + 1))
        }.first
    }

    fileprivate mutating func store(
        _ id: StoredUploadID, _ path: LocalPath, _ fingerprint: Fingerprint
    ) throws(SQLiteError) {
        try execute(
            insertUpload,
            [.blob(path.bytes)] + FingerprintColumns.values(of: fingerprint) + [.blob(id.id.bytes)]
                + SealColumns.values(of: id.seal?.seal))
    }
}

private let selectUpload =
    "SELECT \(FingerprintColumns.names), upload_id, \(SealColumns.names) FROM uploads WHERE path = ?"
private let insertUpload = """
    INSERT OR REPLACE INTO uploads (path, \(FingerprintColumns.names), upload_id, \(SealColumns.names))
    VALUES (?, \(FingerprintColumns.placeholders), ?, \(SealColumns.placeholders))
    """
