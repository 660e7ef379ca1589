internal import HTTPClient
package import S3

extension BucketClient {
    /// - Returns: nil where there is no such object.
    package func facts(of key: ObjectKey) throws(BucketError) -> ObjectFacts? {
        let response = try ask(S3Request("HEAD", key), seconds: 30)
        if response.status == 404 { return nil }
        guard (200..<300).contains(response.status) else { throw Self.refusal(response) }
        guard let size = response["content-length"].flatMap({ UInt64($0) }) else {
            throw .unreadable("HEAD says no length")
        }
        return ObjectFacts(size: size, tag: plainTag(response["etag"] ?? ""))
    }

    /// Reads an object from its beginning to its end.
    ///
    /// - Parameter take: is given its bytes as they come; false ends it.
    package func read(_ key: ObjectKey, take: @escaping (RawSpan) -> Bool) throws(BucketError) {
        _ = try get(S3Request("GET", key), seconds: nil, take: take)
    }

    /// Also where there is none.
    package func remove(_ key: ObjectKey) throws(BucketError) {
        _ = try get(S3Request("DELETE", key))
    }

    /// A small object, replaced if it is there.
    package func put(_ key: ObjectKey, _ content: [UInt8]) throws(BucketError) {
        _ = try get(S3Request("PUT", key), content)
    }
}
