package import HTTPClient
package import S3
internal import XML

/// Asks an engine about a bucket, and has it do things: any number of threads at a time. Every call waits for its answer, and no longer than
/// its limits say.
package final class BucketClient: Sendable {
    package let bucket: S3Bucket
    package let credentials: S3Credentials
    private let client: HTTPClient
    private let limits: TransferLimits
    /// Unix seconds.
    private let now: @Sendable () -> Int64

    package init(
        _ bucket: S3Bucket, _ credentials: S3Credentials, by client: HTTPClient = HTTPClient(),
        limits: TransferLimits = TransferLimits(), now: @escaping @Sendable () -> Int64
    ) {
        (self.bucket, self.credentials, self.client, self.limits, self.now) = (bucket, credentials, client, limits, now)
    }

    /// - Parameter seconds: for all of it; nil: as long as something moves.
    /// - Returns: what it answers, whatever that is.
    func ask(
        _ request: S3Request, _ content: [UInt8] = [], seconds: Double?, take: ((RawSpan) -> Bool)? = nil
    ) throws(BucketError) -> IncomingResponse {
        var request = request
        var limits = limits
        limits.all = seconds
        let signed: S3Request.Signed
        do {
            if !content.isEmpty { request.payload = try payloadDigest(of: content) }
            signed = try request.signed(by: credentials, for: bucket, at: SigningTime(now()))
        } catch {
            throw .unsigned
        }
        let fields = signed.headers.map { OutgoingRequest.Field($0.name, $0.value) }
        do throws(TransferError) {
            return try client.send(
                OutgoingRequest(signed.method, signed.url, fields, content: content), limits, take: take)
        } catch {
            throw .noAnswer(error)
        }
    }

    /// As anybody may ask.
    func unsigned(
        _ method: String, _ key: ObjectKey?, _ fields: [OutgoingRequest.Field]
    ) throws(BucketError) -> IncomingResponse {
        do throws(TransferError) {
            return try client.send(OutgoingRequest(method, bucket.url(key), fields), limits)
        } catch {
            throw .noAnswer(error)
        }
    }

    /// - Returns: an answer 2xx.
    func get(
        _ request: S3Request, _ content: [UInt8] = [], seconds: Double? = 60, take: ((RawSpan) -> Bool)? = nil
    ) throws(BucketError) -> IncomingResponse {
        let response = try ask(request, content, seconds: seconds, take: take)
        guard (200..<300).contains(response.status) else { throw Self.refusal(response) }
        return response
    }

    static func refusal(_ response: IncomingResponse) -> BucketError {
        let code = XMLDocument.root(of: response.content).flatMap { $0.name == "Error" ? $0["Code"]?.text : nil }
        // It comes from elsewhere, and goes into logs.
        let word = (code ?? "").utf8.prefix(64).filter { (0x30...0x39).contains($0) || (0x41...0x7A).contains($0) }
        return .refused(status: response.status, code: String(decoding: word, as: UTF8.self))
    }

    /// An answer's document, of the name that it has when all is well: an engine may answer 200, and say by its content that it failed.
    static func document(_ name: String, _ response: IncomingResponse) throws(BucketError) -> XMLElement {
        guard let root = XMLDocument.root(of: response.content) else { throw .unreadable("\(name) is expected") }
        if root.name == "Error" { throw refusal(response) }
        guard root.name == name else { throw .unreadable("\(name) is expected") }
        return root
    }
}
