import Connections
import DirectUploads
import Domain
import Encodings
import Events
import HTTP
import JSON
import Logins
import S3

/// `/s3/uploads…`: what this server's own page asks, to send in parts straight to a bucket.
enum OwnPageFace {
    static func answer(
        _ content: [UInt8], _ head: RequestHead, _ resource: DirectResource, _ direct: DirectUploads, _ home: Home,
        _ connection: inout WebConnection
    ) throws(DirectRefusal) -> WebAnswer {
        switch (resource, head.method) {
        case (.uploads, _): return DirectFace.json(.created, text(try begin(content, direct, home), direct, home))
        case (.upload(let id), .get):
            return DirectFace.json(.ok, text(try direct.standing(id, for: home), direct, home))
        case (.upload(let id), _):
            try direct.abandon(id, for: home)
            return DirectFace.json(.ok, JSONText(isSuccess: true))
        case (.parts(let id), _): return DirectFace.json(.ok, try part(content, id, direct, home))
        case (.completion(let id), _):
            let outcome = try direct.complete(id, for: home)
            connection.services.report(
                .sentToBucket(connection.peer, key: outcome.key.text, bytes: outcome.size))
            return DirectFace.json(.ok, stored(outcome, direct, home))
        default: throw DirectRefusal(.notFound, "there is nothing here")
        }
    }

    private static func object(_ content: [UInt8]) throws(DirectRefusal) -> JSONValue {
        guard let value = JSONValue(content), case .object = value else {
            throw DirectRefusal(.malformed, "an object of JSON is expected")
        }
        return value
    }

    private static func begin(
        _ content: [UInt8], _ direct: DirectUploads, _ home: Home
    ) throws(DirectRefusal) -> DirectUploads.Standing {
        let asked = try object(content)
        guard let path = asked["path"]?.text, let size = asked["size"]?.integer.flatMap({ UInt64(exactly: $0) }) else {
            throw DirectRefusal(.malformed, "“path” and “size” are expected")
        }
        let place: RemotePath
        do throws(RemotePath.Flaw) {
            place = try RemotePath(Array(path.utf8))
        } catch {
            throw DirectRefusal(.malformed, "no object can have this name: \(error)")
        }
        return try direct.beginPage(place, size: size, type: asked["type"]?.text ?? "", for: home)
    }

    private static func part(
        _ content: [UInt8], _ id: String, _ direct: DirectUploads, _ home: Home
    ) throws(DirectRefusal) -> JSONText {
        let asked = try object(content)
        guard let number = asked["number"]?.integer.flatMap({ Int(exactly: $0) }),
            let size = asked["size"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let digest = asked["sha256"]?.text.flatMap({ bytes(ofHexadecimal: $0) })
        else { throw DirectRefusal(.malformed, "“number”, “size” and “sha256” are expected") }
        let signed = try direct.signPart(number, size: size, digest: digest, of: id, for: home)
        var headers = JSONText()
        for header in signed.headers { headers.add(header.name, header.value) }
        var text = JSONText()
        text.add("method", signed.method)
        text.add("url", signed.url)
        text.add("headers", json: headers.text)
        return text
    }

    private static func text(_ standing: DirectUploads.Standing, _ direct: DirectUploads, _ home: Home) -> JSONText {
        let upload = standing.upload
        var parts = JSONText()
        for (number, digest) in standing.parts.sorted(by: { $0.key < $1.key }) { parts.add(String(number), digest) }
        var text = JSONText()
        text.add("id", upload.id)
        text.add("key", upload.key.text)
        text.add("size", upload.size)
        text.add("partSize", upload.part)
        text.add("parts", json: parts.text)
        if let outcome = standing.outcome { text.add("stored", json: stored(outcome, direct, home).text) }
        return text
    }

    private static func stored(_ outcome: DirectUploads.Outcome, _ direct: DirectUploads, _ home: Home) -> JSONText {
        var text = JSONText(outcome)
        text.add("name", direct.name(of: outcome.key, for: home))
        return text
    }
}
