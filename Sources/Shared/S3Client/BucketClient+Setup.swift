internal import Ciphers
internal import Encodings
internal import HTTPClient
package import S3
internal import XML

extension BucketClient {
    /// Whether there is the bucket, and it is open to these credentials.
    package func isThere() throws(BucketError) -> Bool {
        let response = try ask(S3Request("HEAD", nil), seconds: 30)
        if response.status == 404 { return false }
        guard (200..<300).contains(response.status) else { throw Self.refusal(response) }
        return true
    }

    /// Makes the bucket, where there is none.
    package func makeBucket() throws(BucketError) {
        do throws(BucketError) {
            _ = try get(S3Request("PUT", nil), regionText)
        } catch {
            if case .refused(409, "BucketAlreadyOwnedByYou") = error { return }
            throw error
        }
    }

    /// AWS wants to be told where, but not of its first region, which it takes for an error.
    private var regionText: [UInt8] {
        let isTold = bucket.region != "us-east-1" && bucket.endpoint.host.hasSuffix("amazonaws.com")
        let place = "<LocationConstraint>\(bucket.region)</LocationConstraint>"
        return isTold ? Array("<CreateBucketConfiguration>\(place)</CreateBucketConfiguration>".utf8) : []
    }

    /// What the bucket lets pages of other servers do, in the place of all that it let them.
    package func set(_ rule: CORSRule) throws(BucketError) {
        let content = Array("<CORSConfiguration>\(rule.text)</CORSConfiguration>".utf8)
        var request = S3Request("PUT", nil)
        request.query = [CanonicalRequest.Item("cors", "")]
        guard let digest = try? sha256(content) else { throw .unsigned }
        // AWS wants one of its checksums with this request; others pass over it.
        request.headers = [
            CanonicalRequest.Item("content-type", "application/xml"),
            CanonicalRequest.Item("x-amz-checksum-sha256", encodeBase64(digest, isPadded: true)),
        ]
        _ = try get(request, content)
    }

    package func corsRules() throws(BucketError) -> [CORSRule] {
        var request = S3Request("GET", nil)
        request.query = [CanonicalRequest.Item("cors", "")]
        let response = try ask(request, seconds: 30)
        if response.status == 404 { return [] }
        guard (200..<300).contains(response.status) else { throw Self.refusal(response) }
        return try Self.document("CORSConfiguration", response).all("CORSRule").map(CORSRule.init)
    }

    /// What a browser is told that asks, before a page of `origin` sends something.
    package func preflight(
        _ key: ObjectKey, from origin: String, _ method: String, headers: [String]
    ) throws(BucketError) -> Bool {
        let fields = [
            OutgoingRequest.Field("Origin", origin), OutgoingRequest.Field("Access-Control-Request-Method", method),
            OutgoingRequest.Field("Access-Control-Request-Headers", headers.joined(separator: ",")),
        ]
        let response = try unsigned("OPTIONS", key, fields)
        return (200..<300).contains(response.status) && response["access-control-allow-origin"] == origin
    }

    /// Whether who has no key may list what is in the bucket.
    package func isListedForAll() throws(BucketError) -> Bool {
        (200..<300).contains(try unsigned("GET", nil, []).status)
    }
}
