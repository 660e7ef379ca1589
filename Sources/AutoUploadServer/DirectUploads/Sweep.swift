internal import S3
internal import S3Client
internal import SQLite

extension DirectUploads {
    /// What a sweep has done.
    package struct Swept: Hashable, Sendable {
        /// Uploads that were given up.
        package var aborted = 0
        package var trouble: DirectRefusal?
    }

    /// Gives up uploads that nobody has gone on with for as long as they are kept; also those that only the engine knows of any more, below this
    /// server's prefix: where it has none, they may be others'. What can't be given up doesn't keep the rest from it.
    package func sweep() -> Swept {
        var swept = Swept()
        do throws(DirectRefusal) {
            let bound = now() - Int64(rules.expiry)
            try sweepBook(before: bound, &swept)
            if !rules.prefix.isEmpty { try sweepEngine(before: bound, &swept) }
        } catch {
            swept.trouble = error
        }
        return swept
    }

    private func sweepBook(before bound: Int64, _ swept: inout Swept) throws(DirectRefusal) {
        let old = try book.change { connection throws(SQLiteError) in try connection.uploads(unusedSince: bound) }
        for upload in old {
            if upload.state != .stored, let token = upload.token, !abort(token, upload.key, &swept) { continue }
            try book.change { connection throws(SQLiteError) in try connection.removeUpload(upload.id) }
        }
    }

    private func sweepEngine(before bound: Int64, _ swept: inout Swept) throws(DirectRefusal) {
        let prefix = rules.prefix
        for upload in try ask({ engine throws(BucketError) in try engine.openUploads(below: prefix) }) {
            guard let begun = upload.begun, begun < bound else { continue }
            let known = try book.change { connection throws(SQLiteError) in try connection.upload(of: upload.key) }
            // What the book knows it has judged already, by its last use.
            if known?.token == upload.token { continue }
            _ = abort(upload.token, upload.key, &swept)
        }
    }

    private func abort(_ token: UploadToken, _ key: ObjectKey, _ swept: inout Swept) -> Bool {
        do throws(DirectRefusal) {
            try ask { engine throws(BucketError) in try engine.abort(token, key) }
            swept.aborted += 1
            return true
        } catch {
            swept.trouble = error
            return false
        }
    }
}
