package import Logins
internal import Platform
package import S3
internal import S3Client
internal import SQLite

extension DirectUploads {
    /// The browser says that an object is there: the engine is asked.
    ///
    /// - Parameter tag: what the browser was told; empty: nothing.
    package func succeeded(_ key: ObjectKey, bucket: String?, tag: String, for home: Home) throws(DirectRefusal)
        -> Outcome
    {
        guard bucket == nil || bucket == rules.bucket.name.text else {
            throw DirectRefusal(.forbidden, "this is another bucket")
        }
        guard keys(of: home).path(of: key) != nil else { throw .notOwn }
        let upload = try book.change { connection throws(SQLiteError) in try connection.upload(of: key) }
        // Who hasn't heard the answer asks again.
        guard let upload, upload.user == home.user.bytes else { throw .notBegun }
        let outcome = try settle(upload)
        let told = plainTag(tag)
        guard told.isEmpty || outcome.tag.isEmpty || told == outcome.tag else {
            throw DirectRefusal(.conflict, "the engine has another object of this key than was sent")
        }
        return outcome
    }

    /// Removes an object of a user's own, where the admin lets anybody.
    package func remove(_ key: ObjectKey, bucket: String?, for home: Home) throws(DirectRefusal) {
        guard rules.removes else { throw DirectRefusal(.forbidden, "nothing is removed here (--s3-delete)") }
        guard bucket == nil || bucket == rules.bucket.name.text else {
            throw DirectRefusal(.forbidden, "this is another bucket")
        }
        guard keys(of: home).path(of: key) != nil else { throw .notOwn }
        try ask { engine throws(BucketError) in try engine.remove(key) }
        try book.change { connection throws(SQLiteError) in
            if let upload = try connection.upload(of: key), upload.state == .stored {
                try connection.removeUpload(upload.id)
            }
        }
    }
}
