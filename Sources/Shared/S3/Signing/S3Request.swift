package import Ciphers

/// A request to a bucket, before it is signed.
package struct S3Request: Hashable, Sendable {
    package let method: String
    /// Nil: the bucket itself.
    package let key: ObjectKey?
    package var query: [CanonicalRequest.Item] = []
    /// All that are sent but Host and what the signature adds; all of them are signed.
    package var headers: [CanonicalRequest.Item] = []
    /// SHA-256 of the content, in hexadecimal.
    package var payload = CanonicalRequest.emptyPayload

    package init(_ method: String, _ key: ObjectKey?) { (self.method, self.key) = (method, key) }

    /// What is sent: a URL and the headers besides Host.
    package struct Signed: Hashable, Sendable {
        package let method: String
        package let url: String
        package let headers: [CanonicalRequest.Item]
    }

    /// Signed by a header.
    package func signed(
        by credentials: S3Credentials, for bucket: S3Bucket, _ style: S3Bucket.Style = .path, at time: SigningTime
    ) throws(CipherFailure) -> Signed {
        let own = [
            CanonicalRequest.Item("x-amz-content-sha256", payload), CanonicalRequest.Item("x-amz-date", time.stamp),
        ]
        let canonical = canonical(bucket, style, query: query, headers: headers + own)
        let signature = SignatureV4(credentials, region: bucket.region, at: time)
        let authorization = CanonicalRequest.Item("Authorization", try signature.authorization(of: canonical))
        return Signed(
            method: method, url: url(bucket, style, canonical), headers: headers + own + [authorization])
    }

    /// Signed by its URL alone, which is good for so many seconds; the content isn't bound, unless a header says what it is.
    package func presigned(
        by credentials: S3Credentials, for bucket: S3Bucket, _ style: S3Bucket.Style = .path, at time: SigningTime,
        seconds: Int
    ) throws(CipherFailure) -> Signed {
        let signature = SignatureV4(credentials, region: bucket.region, at: time)
        let names = (headers.map { $0.name.lowercased() } + ["host"]).sorted().joined(separator: ";")
        let own = [
            CanonicalRequest.Item("X-Amz-Algorithm", SignatureV4.algorithm),
            CanonicalRequest.Item("X-Amz-Credential", signature.credential),
            CanonicalRequest.Item("X-Amz-Date", time.stamp), CanonicalRequest.Item("X-Amz-Expires", String(seconds)),
            CanonicalRequest.Item("X-Amz-SignedHeaders", names),
        ]
        var unbound = self
        unbound.payload = CanonicalRequest.unsignedPayload
        let canonical = unbound.canonical(bucket, style, query: query + own, headers: headers)
        let url = "\(url(bucket, style, canonical))&X-Amz-Signature=\(try signature.signature(of: canonical))"
        return Signed(method: method, url: url, headers: headers)
    }

    private func canonical(
        _ bucket: S3Bucket, _ style: S3Bucket.Style, query: [CanonicalRequest.Item], headers: [CanonicalRequest.Item]
    ) -> CanonicalRequest {
        CanonicalRequest(
            method: method, path: bucket.path(key, style), query: query,
            headers: headers + [CanonicalRequest.Item("host", bucket.authority(style))], payload: payload)
    }

    private func url(_ bucket: S3Bucket, _ style: S3Bucket.Style, _ canonical: CanonicalRequest) -> String {
        let query = canonical.queryText
        return bucket.url(key, style) + (query.isEmpty ? "" : "?\(query)")
    }
}
