internal import Ciphers
internal import JSON
package import Logins
package import S3
internal import S3Client

/// Policies of forms, which send a small file at once. What is signed is a document of this server's own, with what the browser may say, and
/// bounds that it didn't ask for.
extension DirectUploads {
    package struct SignedPolicy: Hashable, Sendable {
        /// In Base64.
        package let policy: String
        package let signature: String
        package let key: ObjectKey
    }

    /// - Parameter document: of a policy, as Fine Uploader makes it.
    package func sign(
        policy document: [UInt8], _ version: Version, for home: Home
    ) throws(DirectRefusal) -> SignedPolicy {
        guard let json = JSONValue(document), case .array(let conditions)? = json["conditions"] else {
            throw DirectRefusal(.malformed, "this is neither a policy nor a request to be signed")
        }
        let asked = try Asked(conditions)
        guard asked.fields["bucket"] == rules.bucket.name.text else {
            throw DirectRefusal(.forbidden, "the policy is for another bucket")
        }
        guard let key = asked.fields["key"].flatMap(ObjectKey.init), keys(of: home).path(of: key) != nil else {
            throw .notOwn
        }
        let signature = try signature(asked, version)
        let largest = min(asked.largest, rules.largest, DirectRules.largestForm)
        // A form can't be told from its repeat: it is let begin as an upload of parts is.
        try begin(key, for: home)
        let policy = PostPolicy(
            expires: SigningTime(now() + DirectRules.patience),
            conditions: asked.order.map { .equal($0, asked.fields[$0] ?? "") } + [.length(0...largest)])
        do throws(CipherFailure) {
            let text =
                if let signature { try policy.signature(signature) } else {
                    try policy.signature(SignatureV2(rules.credentials))
                }
            return SignedPolicy(policy: policy.encoded, signature: text, key: key)
        } catch {
            throw DirectRefusal(.failed, error.description)
        }
    }

    /// - Returns: nil of version 2.
    private func signature(_ asked: Asked, _ version: Version) throws(DirectRefusal) -> SignatureV4? {
        let fields = asked.fields
        guard version == .v4 else {
            guard fields["x-amz-credential"] == nil, fields["x-amz-algorithm"] == nil, fields["x-amz-date"] == nil
            else {
                throw DirectRefusal(.malformed, "a policy of version 4 is asked for with ?v4=true")
            }
            return nil
        }
        guard let time = fields["x-amz-date"].flatMap({ SigningTime(stamp: $0) }) else {
            throw DirectRefusal(.malformed, "x-amz-date isn't there, or no time")
        }
        try checkTime(time.unixTime)
        let signature = SignatureV4(rules.credentials, region: rules.bucket.region, at: time)
        guard fields["x-amz-algorithm"] == SignatureV4.algorithm, fields["x-amz-credential"] == signature.credential
        else {
            throw DirectRefusal(
                .forbidden, "the policy names another algorithm, access key, day or region than this server's")
        }
        return signature
    }

    /// The conditions that a browser asks for: fields with one value each, and a length.
    private struct Asked {
        var fields: [String: String] = [:]
        var order: [String] = []
        var largest = UInt64.max

        private static let most = 64
        private static let own: Set = ["bucket", "key", "x-amz-algorithm", "x-amz-credential", "x-amz-date"]

        init(_ conditions: [JSONValue]) throws(DirectRefusal) {
            guard conditions.count <= Self.most else {
                throw DirectRefusal(.tooLarge, "the policy has too many conditions")
            }
            for condition in conditions {
                switch condition {
                case .object(let members):
                    guard members.count == 1, let (name, value) = members.first, let text = value.text else {
                        throw DirectRefusal(.malformed, "a condition isn't a field with a text")
                    }
                    try add(name, text)
                case .array(let items): try bound(items)
                default: throw DirectRefusal(.malformed, "a condition is neither a field nor a bound")
                }
            }
        }

        private mutating func add(_ name: String, _ value: String) throws(DirectRefusal) {
            guard fields[name] == nil else { throw DirectRefusal(.malformed, "a field stands twice in the policy") }
            guard value.utf8.count <= 2048, !value.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
                throw DirectRefusal(.malformed, "a field of the policy is too long, or has what ends a line")
            }
            if name == "success_action_status" {
                guard ["200", "201", "204"].contains(value) else {
                    throw DirectRefusal(.forbidden, "success_action_status takes 200, 201 or 204")
                }
            } else if !Self.own.contains(name) {
                try DirectUploads.check(name, value)
            }
            fields[name] = value
            order.append(name)
        }

        private mutating func bound(_ items: [JSONValue]) throws(DirectRefusal) {
            guard items.count == 3, items[0].text == "content-length-range", let end = Self.number(items[2]) else {
                throw DirectRefusal(.forbidden, "of conditions that aren't fields only content-length-range is known")
            }
            largest = min(largest, end)
        }

        private static func number(_ value: JSONValue) -> UInt64? {
            value.integer.flatMap { UInt64(exactly: $0) } ?? value.text.flatMap { UInt64($0) }
        }
    }
}
