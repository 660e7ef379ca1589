internal import S3
package import S3Client

/// What a bucket has to let pages do, and no more; and whether it does.
package struct BucketPreparation {
    private let client: BucketClient
    private let rule: CORSRule

    /// - Parameter origins: of the pages that send.
    package init(_ client: BucketClient, origins: [String]) {
        self.client = client
        rule = CORSRule(
            origins: origins, methods: Self.methods, headers: Self.headers, exposed: ["ETag"], seconds: 3000)
    }

    /// Nothing is read by a page.
    private static let methods = ["PUT", "POST", "DELETE"]
    private static let headers = [
        "authorization", "content-type", "content-md5", "x-amz-acl", "x-amz-content-sha256", "x-amz-date",
        "x-amz-meta-*",
        "x-amz-server-side-encryption",
    ]

    /// - Parameter tell: is given a line for each step that is done, or was found to be right.
    package func run(_ tell: (String) -> Void) throws(BucketError) {
        if try client.isThere() {
            tell("the bucket is there")
        } else {
            try client.makeBucket()
            tell("the bucket was made")
        }
        let rules = try client.corsRules()
        if rules.count == 1, rules[0].isSame(as: rule) {
            tell("CORS is as it is to be")
        } else {
            try client.set(rule)
            tell(rules.isEmpty ? "CORS was set" : "CORS was replaced")
        }
        try verify(tell)
    }

    /// By the engine's own answers, as browsers get them.
    private func verify(_ tell: (String) -> Void) throws(BucketError) {
        guard try client.corsRules().contains(where: { $0.isSame(as: rule) }) else {
            throw .unreadable("it keeps other rules for CORS than it was given")
        }
        guard let key = ObjectKey("preflight") else { return }
        let sent = ["authorization", "x-amz-content-sha256", "x-amz-date"]
        for origin in rule.origins {
            guard try client.preflight(key, from: origin, "PUT", headers: sent) else {
                throw .unreadable("it doesn't let pages of \(origin) send, though it was told to")
            }
        }
        let stranger = "https://stranger.invalid"
        guard try !client.preflight(key, from: stranger, "PUT", headers: sent) else {
            throw .unreadable("it lets pages of any server send, whatever it was told")
        }
        guard try !client.isListedForAll() else {
            throw .unreadable("anybody may list what is in the bucket: take that right away from all users")
        }
        tell("pages of \(rule.origins.joined(separator: ", ")) may send, others may not; nobody reads without a key")
    }
}
