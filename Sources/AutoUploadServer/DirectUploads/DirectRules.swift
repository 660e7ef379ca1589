package import S3

/// What an admin lets go straight to a bucket.
package struct DirectRules: Sendable {
    package let bucket: S3Bucket
    package let credentials: S3Credentials
    /// Before each user's name: empty, or names with a slash behind each.
    package let prefix: String
    /// Bytes of an object.
    package let largest: UInt64
    /// Whether objects may be removed.
    package var removes = false
    /// Whether an object is read again, and its SHA-256 told, before it counts as stored.
    package var readsBack = false
    /// Whether the server's own page sends this way.
    package var servesPage = false
    /// Seconds that an unfinished upload is kept after its last request.
    package var expiry: Double
    /// Of authorities that the engine's certificate may be of, PEM; nil: the system's.
    package var authorities: String?

    /// What an object can have: 5 TiB (S3).
    package static let largestObject: UInt64 = 5 << 40
    /// What a form can send at once: 5 GiB (S3).
    package static let largestForm: UInt64 = 5 << 30
    /// Unfinished uploads of a user.
    package static let mostOpen = 1000
    /// Seconds for which a signature counts, and by which a client's clock may be wrong.
    package static let patience: Int64 = 300

    /// - Returns: nil where the prefix isn't names with slashes between.
    package init?(
        _ bucket: S3Bucket, _ credentials: S3Credentials, prefix: String, largest: UInt64?, expiry: Double
    ) {
        let names = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        // Users' names and what they send need room, too.
        guard names.isEmpty || ObjectKey(names) != nil && names.utf8.count <= 200 else { return nil }
        self.prefix = names.isEmpty ? "" : names + "/"
        (self.bucket, self.credentials, self.expiry) = (bucket, credentials, expiry)
        self.largest = min(largest ?? Self.largestObject, Self.largestObject)
    }
}
