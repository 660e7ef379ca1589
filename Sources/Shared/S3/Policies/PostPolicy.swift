package import Ciphers
internal import Encodings

/// What a form may send to a bucket, and until when: a policy document (S3, "POST policy"). It is written here, whoever asks for it.
package struct PostPolicy: Hashable, Sendable {
    package enum Condition: Hashable, Sendable {
        /// A field of the form has just this value.
        case equal(String, String)
        /// Bytes of the file.
        case length(ClosedRange<UInt64>)
    }

    package let expires: SigningTime
    package let conditions: [Condition]

    package init(expires: SigningTime, conditions: [Condition]) {
        (self.expires, self.conditions) = (expires, conditions)
    }

    /// The document.
    package var json: String {
        let list = conditions.map { condition in
            switch condition {
            case .equal(let name, let value): "{\(jsonString(name)):\(jsonString(value))}"
            case .length(let range): "[\"content-length-range\",\(range.lowerBound),\(range.upperBound)]"
            }
        }
        return "{\"expiration\":\"\(expires.policyText)\",\"conditions\":[\(list.joined(separator: ","))]}"
    }

    /// As the form's field `policy` has it.
    package var encoded: String { encodeBase64(Array(json.utf8), isPadded: true) }

    /// In hexadecimal.
    package func signature(_ signature: SignatureV4) throws(CipherFailure) -> String {
        try signature.signature(ofText: encoded)
    }

    /// In Base64.
    package func signature(_ signature: SignatureV2) throws(CipherFailure) -> String {
        try signature.signature(ofText: encoded)
    }
}
