internal import S3Client

/// Why something isn't signed or done.
package struct DirectRefusal: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case malformed
        /// It isn't this user's, or nobody's to do.
        case forbidden
        case notFound
        case conflict
        case tooLarge
        case tooMany
        /// The engine doesn't do it now.
        case engine
        /// This server can't.
        case failed
    }

    package let reason: Reason
    /// One line for a person.
    package let text: String

    package init(_ reason: Reason, _ text: String) { (self.reason, self.text) = (reason, text) }

    init(_ error: BucketError) {
        self.init(.engine, "the S3 engine doesn't do it: \(error)")
    }

    static let notBegun = DirectRefusal(.notFound, "no such upload was begun here, or it is over")
    static let taken = DirectRefusal(.conflict, "there is an object of this key already, and nothing is replaced")
    static let notOwn = DirectRefusal(.forbidden, "this key isn't below your own prefix of the bucket")
}
