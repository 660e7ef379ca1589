import Connections
import DirectUploads
import Encodings
import Events
import HTTP
import JSON
import Logins
import S3

/// `/s3/…`: what browsers ask that send straight to a bucket. Requests and answers become values, and the other way round; what may be signed is
/// `DirectUploads`' to say. Whatever it answers is JSON, so that a page can show it.
enum DirectFace {
    static func answer(
        _ head: RequestHead, _ resource: DirectResource, on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        do throws(WebTrouble) {
            return try served(head, resource, on: &connection)
        } catch {
            guard case .refused(let refusal) = error else { throw error }
            var answer = json(refusal.status, JSONText(refused: refusal.text))
            for line in refusal.fields.lines { answer.fields.set(line.name, line.value) }
            return answer
        }
    }

    private static func served(
        _ head: RequestHead, _ resource: DirectResource, on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        guard let direct = connection.rules.direct else { throw .refused(.notFound) }
        let home = try logIn(head, on: &connection)
        let content = head.method == .post ? try content(on: &connection) : []
        do throws(DirectRefusal) {
            switch resource {
            case .sign: return try sign(content, head, direct, home)
            case .success: return try success(content, head, direct, home, &connection)
            case .removal(let key): return try remove(key, content, head, direct, home, &connection)
            case .settings: return json(.ok, settings(direct, home))
            default: return try OwnPageFace.answer(content, head, resource, direct, home, &connection)
            }
        } catch {
            connection.noteRefusal(error)
            throw .refused(WebRefusal(error))
        }
    }

    /// Only who has an account: what stands for one elsewhere doesn't count here.
    private static func logIn(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble) -> Home {
        let credentials: WebCredentials?
        do throws(WebRefusal) {
            credentials = try WebCredentials(head.fields)
        } catch {
            throw .refused(error)
        }
        guard let credentials else { throw .refused(.unauthorized) }
        return try connection.logIn(credentials)
    }

    private static let longest = 64 * 1024

    private static func content(on connection: inout WebConnection) throws(WebTrouble) -> [UInt8] {
        var content: [UInt8] = []
        try connection.receiveBody { (bytes: RawSpan) throws(WebRefusal) -> Void in
            guard content.count + bytes.byteCount <= longest else {
                throw WebRefusal(.contentTooLarge, "the request is longer than \(longest) bytes")
            }
            let bytes = Span<UInt8>(_bytes: bytes)
            for index in bytes.indices { content.append(bytes[index]) }
        }
        return content
    }

    static func json(_ status: HTTP.Status, _ text: JSONText) -> WebAnswer {
        WebAnswer(status, type: "application/json", Array("\(text.text)\n".utf8))
    }
}

// MARK: - Fine Uploader

extension DirectFace {
    private static func sign(
        _ content: [UInt8], _ head: RequestHead, _ direct: DirectUploads, _ home: Home
    ) throws(DirectRefusal) -> WebAnswer {
        let version: DirectUploads.Version = try form(head.target.query ?? [])["v4"] == "true" ? .v4 : .v2
        var answer = JSONText()
        if let headers = JSONValue(content)?["headers"]?.text {
            answer.add("signature", try direct.sign(headers, version, for: home).signature)
        } else {
            let signed = try direct.sign(policy: content, version, for: home)
            answer.add("policy", signed.policy)
            answer.add("signature", signed.signature)
        }
        return json(.ok, answer)
    }

    private static func form(_ text: [UInt8]) throws(DirectRefusal) -> URLEncodedForm {
        do throws(URLEncodedForm.Flaw) {
            return try URLEncodedForm(text)
        } catch {
            throw DirectRefusal(.malformed, error.description)
        }
    }

    private static func success(
        _ content: [UInt8], _ head: RequestHead, _ direct: DirectUploads, _ home: Home,
        _ connection: inout WebConnection
    ) throws(DirectRefusal) -> WebAnswer {
        let fields = try form(head.method == .post ? content : head.target.query ?? [])
        guard let key = fields["key"].flatMap(ObjectKey.init) else {
            throw DirectRefusal(.malformed, "the key is missing, or none")
        }
        let outcome = try direct.succeeded(key, bucket: fields["bucket"], tag: fields["etag"] ?? "", for: home)
        connection.services.report(
            .sentToBucket(connection.peer, key: outcome.key.text, bytes: outcome.size))
        return json(.ok, JSONText(outcome))
    }

    /// The key stands in a field, where there is one: Fine Uploader puts a name of its own into the path.
    private static func remove(
        _ segments: [[UInt8]], _ content: [UInt8], _ head: RequestHead, _ direct: DirectUploads, _ home: Home,
        _ connection: inout WebConnection
    ) throws(DirectRefusal) -> WebAnswer {
        let fields = try form(head.method == .post ? content : head.target.query ?? [])
        if let method = fields["_method"], method != "DELETE" {
            throw DirectRefusal(.malformed, "_method takes DELETE")
        }
        let path = String(validating: Array(segments.joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
        guard let key = (fields["key"] ?? path).flatMap(ObjectKey.init) else {
            throw DirectRefusal(.malformed, "the key is none")
        }
        try direct.remove(key, bucket: fields["bucket"], for: home)
        connection.services.report(.removedFromBucket(connection.peer, key: key.text))
        return json(.ok, JSONText(isSuccess: true))
    }

    /// What a page has to know to send there. The access key is in every request of its own: it is no secret.
    private static func settings(_ direct: DirectUploads, _ home: Home) -> JSONText {
        let bucket = direct.rules.bucket
        var text = JSONText()
        text.add("endpoint", bucket.endpoint.origin)
        text.add("bucket", bucket.name.text)
        text.add("region", bucket.region)
        text.add("accessKey", direct.rules.credentials.accessKey)
        text.add("prefix", direct.prefix(of: home))
        text.add("maxSize", direct.rules.largest)
        text.add("canDelete", direct.rules.removes)
        return text
    }
}

extension JSONText {
    init(isSuccess: Bool) {
        self.init()
        add("success", isSuccess)
    }

    init(refused text: String) {
        self.init(isSuccess: false)
        add("error", text)
    }

    init(_ outcome: DirectUploads.Outcome) {
        self.init(isSuccess: true)
        add("key", outcome.key.text)
        add("size", outcome.size)
        add("etag", outcome.tag)
        add("sha256", outcome.digest)
    }
}

extension WebRefusal {
    init(_ refusal: DirectRefusal) {
        let (status, seconds): (HTTP.Status, UInt32?) =
            switch refusal.reason {
            case .malformed: (.badRequest, nil)
            case .forbidden: (.forbidden, nil)
            case .notFound: (.notFound, nil)
            case .conflict: (.conflict, nil)
            case .tooLarge: (.contentTooLarge, nil)
            case .tooMany: (.tooManyRequests, 60)
            case .engine: (.serviceUnavailable, 10)
            case .failed: (.internalServerError, nil)
            }
        self.init(status, refusal.text, retryAfter: seconds)
    }
}

extension WebConnection {
    /// Who asks for what isn't theirs is told of; so is an engine that doesn't answer.
    func noteRefusal(_ refusal: DirectRefusal) {
        guard [.forbidden, .engine, .failed].contains(refusal.reason) else { return }
        services.report(.bucketRefusal(peer, reason: refusal.text))
    }
}
