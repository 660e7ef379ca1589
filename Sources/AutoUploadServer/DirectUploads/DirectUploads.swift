internal import Domain
internal import Encodings
internal import HTTPClient
package import Logins
internal import Platform
package import S3
internal import S3Client
internal import SQLite
internal import Transport

/// Uploads that go from a browser straight to a bucket: this server says who may send what, and asks the engine what came of it. It never signs
/// what somebody else has written, and only steps of uploads that it has let begin.
package final class DirectUploads: Sendable {
    package let rules: DirectRules
    let engine: BucketClient
    let book: UploadBook
    /// Unix seconds.
    let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - folder: of the storage, with the server's own folder in it.
    ///   - now: the present time, in Unix seconds.
    package init(
        _ rules: DirectRules, folder: String, now: @escaping @Sendable () -> Int64 = { currentUnixTime() }
    ) {
        (self.rules, self.now) = (rules, now)
        engine = BucketClient(
            rules.bucket, rules.credentials, by: HTTPClient(authorities: rules.authorities), now: now)
        book = UploadBook(path: "\(folder)/.auto-upload/s3-uploads.sqlite")
    }

    func keys(of home: Home) -> OwnKeys { OwnKeys(prefix: rules.prefix, of: home) }

    /// What all keys of a user begin with.
    package func prefix(of home: Home) -> String { keys(of: home).start }

    /// How a user names an object.
    package func name(of key: ObjectKey, for home: Home) -> String? {
        keys(of: home).path(of: key).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// What stands in the bucket once an upload is over.
    package struct Outcome: Hashable, Sendable {
        package let key: ObjectKey
        package let size: UInt64
        package let tag: String
        /// SHA-256 of what was read back, in hexadecimal; nil: it wasn't read.
        package let digest: String?
    }

    /// Asks the engine for what nobody but it knows, in the words of this module.
    func ask<R>(_ body: (BucketClient) throws(BucketError) -> R) throws(DirectRefusal) -> R {
        do throws(BucketError) {
            return try body(engine)
        } catch {
            throw DirectRefusal(error)
        }
    }

    /// An upload of a user that goes on, by its key.
    func open(_ key: ObjectKey, of home: Home) throws(DirectRefusal) -> NotedUpload {
        let upload = try book.change { connection throws(SQLiteError) in try connection.upload(of: key) }
        guard let upload, upload.user == home.user.bytes, upload.state != .stored else { throw .notBegun }
        return upload
    }

    /// Looks what came of an upload, by the engine's own word, before it counts as stored.
    func settle(_ upload: NotedUpload) throws(DirectRefusal) -> Outcome {
        guard let facts = try ask({ engine throws(BucketError) in try engine.facts(of: upload.key) }) else {
            throw DirectRefusal(.conflict, "the engine has no object of this key")
        }
        // What is stored is nobody's to remove for a question, nor for a limit that came later.
        if facts.size > rules.largest, upload.state != .stored {
            try ask { engine throws(BucketError) in try engine.remove(upload.key) }
            throw DirectRefusal(.tooLarge, "the object is larger than may be, and was removed")
        }
        if let size = upload.size, size != facts.size {
            throw DirectRefusal(.conflict, "the object has \(facts.size) bytes, not the \(size) that were announced")
        }
        let digest = rules.readsBack ? try readBack(upload.key, facts.size) : nil
        let time = now()
        try book.change { connection throws(SQLiteError) in try connection.set(.stored, of: upload.id, at: time) }
        return Outcome(key: upload.key, size: facts.size, tag: facts.tag, digest: digest)
    }

    private func readBack(_ key: ObjectKey, _ size: UInt64) throws(DirectRefusal) -> String {
        let hasher = StreamHasher(.sha256)
        let count = Counter()
        try ask { engine throws(BucketError) in
            try engine.read(key) { piece in
                count.bytes += UInt64(piece.byteCount)
                hasher.update(piece)
                return count.bytes <= size
            }
        }
        guard count.bytes == size, let digest = hasher.finalize() else {
            throw DirectRefusal(.engine, "the object can't be read back whole")
        }
        return hexadecimal(digest)
    }

    private final class Counter {
        var bytes: UInt64 = 0
    }
}
