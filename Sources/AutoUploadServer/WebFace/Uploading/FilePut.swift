import Domain
import Encodings
import HTTP
import Platform
import Storage

/// PUT /files/PATH: one file, whose content is the request's body.
enum FilePut {
    static func answer(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer {
        guard let home = try connection.logIn(head) else { throw .refused(.unauthorized) }
        let (upload, digest): (WebUpload, ContentDigest?)
        let isNew: Bool
        do throws(WebRefusal) {
            try refuseParts(head.fields)
            isNew = try mustBeNew(head.fields)
            digest = try statedDigest(head.fields)
            upload = try WebUpload(
                to: path(Array(head.target.segments.dropFirst())), in: home, size: size(head.framing),
                modified: modified(head.fields), connection.services, connection.rules,
                connection.peer)
        } catch {
            throw .refused(error)
        }
        do throws(WebTrouble) {
            try connection.receiveBody { bytes throws(WebRefusal) in try upload.append(bytes) }
        } catch {
            upload.discard()
            throw error
        }
        do throws(WebRefusal) {
            return answer(try upload.finish(digest, needsOwnName: isNew), mustBeNew: isNew, head.fields)
        } catch {
            throw .refused(isNew && error.status == .conflict ? exists : error)
        }
    }

    private static func answer(_ file: StoredFile, mustBeNew: Bool, _ fields: Fields) -> WebAnswer {
        if mustBeNew, file.stored.wasThere { return WebAnswer(exists) }
        return AnswerForm(fields).answer(file, file.stored.wasThere ? .ok : .created)
    }

    private static let exists = WebRefusal(.preconditionFailed, "there is a file of this name already (If-None-Match)")
}

// MARK: - What the head says

extension FilePut {
    /// - Parameter segments: of the target, without escapes.
    static func path(_ segments: [[UInt8]]) throws(WebRefusal) -> RemotePath {
        do throws(RemotePath.Flaw) {
            return try RemotePath(components: segments)
        } catch {
            throw WebRefusal(.badRequest, "no file can be stored under this path: \(error)")
        }
    }

    private static func size(_ framing: BodyFraming) -> UInt64? {
        switch framing {
        case .none: 0
        case .length(let length): length
        case .chunked: nil
        }
    }

    /// A part of a file isn't the file (RFC 9110, section 14.5), and neither is what something was made of it for the way.
    private static func refuseParts(_ fields: Fields) throws(WebRefusal) {
        if !fields.values(of: .contentRange).isEmpty {
            throw WebRefusal(.badRequest, "a part of a file can't be put (Content-Range): send all of it")
        }
        let codings = fields.elements(of: .contentEncoding).map { String(decoding: $0, as: UTF8.self) }
        if codings.contains(where: { $0.lowercased() != "identity" }) {
            throw WebRefusal(.unsupportedMediaType, "files are taken as they are, without Content-Encoding")
        }
    }

    private static func mustBeNew(_ fields: Fields) throws(WebRefusal) -> Bool {
        let tags = fields.elements(of: .ifNoneMatch)
        if tags.isEmpty { return false }
        guard tags == [[UInt8(ascii: "*")]] else {
            throw WebRefusal(.badRequest, "of If-None-Match only “*” is understood here")
        }
        return true
    }

    /// The SHA-256 that Repr-Digest or Content-Digest states (RFC 9530); other algorithms say nothing to us.
    private static func statedDigest(_ fields: Fields) throws(WebRefusal) -> ContentDigest? {
        let whole = try statedDigest(.reprDigest, in: fields)
        let content = try statedDigest(.contentDigest, in: fields)
        if let whole, let content, whole != content { throw WebRefusal(VaultError.digestMismatch) }
        return whole ?? content
    }

    /// What can't be read is no digest that its client could rely on: it is told so.
    static func statedDigest(_ name: FieldName, in fields: Fields) throws(WebRefusal) -> ContentDigest? {
        let stated: [UInt8]?
        do throws(StatedDigests.Flaw) {
            stated = try StatedDigests(name, in: fields)["sha-256"]
        } catch {
            throw WebRefusal(.badRequest, "\(name) can't be read (RFC 9530): \(error)")
        }
        guard let stated else { return nil }
        guard let digest = ContentDigest(stated) else {
            throw WebRefusal(.badRequest, "\(name): a sha-256 has 32 bytes")
        }
        return digest
    }

    /// Unix seconds, as ownCloud's clients and rclone send them.
    private static func modified(_ fields: Fields) throws(WebRefusal) -> FileTime? {
        guard let value = fields.values(of: .modificationTime).first else { return nil }
        guard let seconds = Int64(value.text) else {
            throw WebRefusal(.badRequest, "X-OC-Mtime isn't a number of seconds since 1970")
        }
        return FileTime(seconds: seconds, nanoseconds: 0)
    }
}
