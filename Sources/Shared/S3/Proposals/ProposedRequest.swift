/// A request that a client would have signed, as it says it: in either version's own text, taken apart strictly. What it doesn't know it
/// doesn't take, and what it gives to be signed (`canonical`, `v2`) it has written itself, and found to be the same.
package struct ProposedRequest: Hashable, Sendable {
    package let step: UploadStep
    package let key: ObjectKey
    /// Without Host, the date and the payload's digest; names in small letters.
    package let headers: [CanonicalRequest.Item]
    package let form: Form

    package enum Form: Hashable, Sendable {
        case v4(CanonicalRequest, SigningTime)
        /// - date: as HTTP has it.
        case v2(SignatureV2.Request, date: String)
    }

    /// Why it isn't signed: a sentence's end.
    package struct Flaw: Error, Hashable, Sendable {
        package let text: String

        init(_ text: String) { self.text = text }
    }

    package static let longest = 16 * 1024

    /// Lines of a text that has nothing but printable ASCII in them.
    static func lines(_ text: String) throws(Flaw) -> [Substring] {
        guard text.utf8.count <= longest else { throw Flaw("it is longer than \(longest) bytes") }
        guard text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A }) else {
            throw Flaw("it has characters that aren't printable ASCII")
        }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// `name:value`, each name once.
    static func headers(_ lines: some Sequence<Substring>) throws(Flaw) -> [CanonicalRequest.Item] {
        var items: [CanonicalRequest.Item] = []
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
                line[..<colon].utf8.allSatisfy({
                    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
                })
            else { throw Flaw("a line of headers is none") }
            let name = String(line[..<colon])
            guard !items.contains(where: { $0.name == name }) else {
                throw Flaw("the header \(name) stands there twice")
            }
            items.append(CanonicalRequest.Item(name, String(line[line.index(after: colon)...])))
        }
        return items
    }

    static func query(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&", omittingEmptySubsequences: false).map { pair in
            let name = pair.prefix { $0 != "=" }
            return (String(name), String(pair[name.endIndex...].dropFirst()))
        }
    }
}

// MARK: - Version 4

extension ProposedRequest {
    /// - Parameter text: a string to sign of version 4 in which the canonical request stands for its digest, as Fine Uploader sends it.
    package init(v4 text: String, to bucket: S3Bucket) throws(Flaw) {
        let lines = try Self.lines(text)
        // Behind the headers: nothing, the list of them, the digest.
        guard lines.count >= 10, lines[lines.count - 3].isEmpty else { throw Flaw("it has too few lines") }
        guard lines[0] == SignatureV4.algorithm, let time = SigningTime(stamp: String(lines[1])) else {
            throw Flaw("it doesn't begin with \(SignatureV4.algorithm) and a time")
        }
        guard lines[2] == "\(time.day)/\(bucket.region)/s3/aws4_request" else {
            throw Flaw("its scope isn't this day, the region \(bucket.region) and s3")
        }
        let items = try Self.headers(lines[6..<(lines.count - 3)])
        guard let step = UploadStep(method: String(lines[3]), query: Self.query(lines[5])) else {
            throw Flaw("\(lines[3].prefix(16)) of this isn't a step of an upload")
        }
        self.step = step
        key = try Self.key(String(lines[4]), items, bucket)
        let payload = String(lines[lines.count - 1])
        guard Self.value("x-amz-date", items) == time.stamp, Self.value("x-amz-content-sha256", items) == payload,
            payload.utf8.count == 64, payload.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { throw Flaw("x-amz-date and x-amz-content-sha256 don't say what is said beside") }
        let canonical = CanonicalRequest(
            method: step.method, path: String(lines[4]), query: step.query, headers: items, payload: payload)
        guard lines[3...].joined(separator: "\n") == canonical.text else {
            throw Flaw("it isn't written as a canonical request is")
        }
        headers = items.filter { !["host", "x-amz-date", "x-amz-content-sha256"].contains($0.name) }
        form = .v4(canonical, time)
    }

    private static func value(_ name: String, _ items: [CanonicalRequest.Item]) -> String? {
        items.first { $0.name == name }?.value
    }

    /// The key, where the path and Host together name this bucket.
    private static func key(
        _ path: String, _ headers: [CanonicalRequest.Item], _ bucket: S3Bucket
    ) throws(Flaw) -> ObjectKey {
        let host = value("host", headers)
        for style in S3Bucket.Style.allCases where host == bucket.authority(style) {
            let start = bucket.path(nil, style)
            guard path.hasPrefix(start), let key = ObjectKey(encoded: path.dropFirst(start.count)) else { continue }
            return key
        }
        throw Flaw("host and path don't name an object of the bucket \(bucket.name.text)")
    }
}

// MARK: - Version 2

extension ProposedRequest {
    /// - Parameter text: a string to sign of version 2.
    package init(v2 text: String, to bucket: S3Bucket) throws(Flaw) {
        let lines = try Self.lines(text)
        guard lines.count >= 6, lines[3].isEmpty, let resource = lines.last else { throw Flaw("it has too few lines") }
        let parts = resource.split(separator: "?", omittingEmptySubsequences: false)
        let start = "/\(bucket.name.text)/"
        guard parts.count == 2, parts[0].hasPrefix(start), let key = ObjectKey(encoded: parts[0].dropFirst(start.count))
        else { throw Flaw("its last line doesn't name an object of the bucket \(bucket.name.text)") }
        guard let step = UploadStep(method: String(lines[0]), query: Self.query(parts[1])) else {
            throw Flaw("\(lines[0].prefix(16)) of this isn't a step of an upload")
        }
        (self.key, self.step) = (key, step)
        let items = try Self.headers(lines[4..<(lines.count - 1)])
        guard items.allSatisfy({ $0.name.hasPrefix("x-amz-") }), let date = Self.value("x-amz-date", items) else {
            throw Flaw("x-amz-date isn't there, or a header that isn't Amazon's is")
        }
        var request = SignatureV2.Request(method: step.method, resource: String(resource))
        (request.contentMD5, request.contentType) = (String(lines[1]), String(lines[2]))
        request.headers = items
        guard request.text == text else { throw Flaw("it isn't written as a string to sign is") }
        headers = items.filter { $0.name != "x-amz-date" }
        form = .v2(request, date: date)
    }
}
