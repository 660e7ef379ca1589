import Domain
import Encodings
import HTTP
import Logins
import Platform
import Storage

/// What a request's head says of the one file in its body.
struct FileOffer {
    let home: Home
    /// As its client names it.
    let path: RemotePath
    /// Bytes of the body; nil: its end will show it.
    let size: UInt64?
    let modified: FileTime?
    /// What the whole file is to have.
    let digest: ContentDigest?
    /// What this request's content is to have.
    let contentDigest: ContentDigest?
    let manner: PutManner

    /// - Parameter name: the components of the file's path, without escapes.
    init(_ head: RequestHead, named name: [[UInt8]], in home: Home) throws(WebRefusal) {
        try Self.refuseParts(head.fields)
        self.home = home
        path = try Self.path(name)
        size = try Self.size(head)
        modified = try Self.modified(head.fields)
        digest = try Self.statedDigest(.reprDigest, in: head.fields)
        contentDigest = try Self.statedDigest(.contentDigest, in: head.fields)
        manner = PutManner(
            mustBeNew: try Self.mustBeNew(head.fields), refusesTaken: try head.refusesTaken(),
            isJSON: AnswerForm(head.fields) == .json)
    }

    /// The name that a request gives its own content, where that isn't a form (RFC 6266): in the manner of forms, folders too.
    ///
    /// - Returns: nil where it is a form, or has no name.
    static func ownName(_ fields: Fields) throws(WebRefusal) -> [[UInt8]]? {
        let type = fields.values(of: .contentType).first.flatMap { try? ParameterizedValue($0.bytes) }?.value ?? ""
        if type.hasPrefix("multipart/") { return nil }
        do throws(PartHead.Flaw) {
            guard let name = try ContentDisposition.fileName(fields) else { return nil }
            return name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
        } catch {
            throw WebRefusal(.badRequest, "Content-Disposition can't be read: \(error)")
        }
    }
}

extension RequestHead {
    /// Whether a name that belongs to other content is to be refused, rather than the file stored beside. What else a query says is
    /// for others.
    ///
    /// - Throws: 400 for another word than is known: its client counts on something that wouldn't be done.
    func refusesTaken() throws(WebRefusal) -> Bool {
        guard let query = target.query else { return false }
        let values: [String]
        do throws(URLEncodedForm.Flaw) {
            values = try URLEncodedForm(query).fields.filter { $0.name == "collision" }.map(\.value)
        } catch {
            throw WebRefusal(.badRequest, "the query can't be read: \(error)")
        }
        guard values.allSatisfy({ $0 == "refuse" }) else {
            throw WebRefusal(.badRequest, "of “collision” only “refuse” is understood here")
        }
        return !values.isEmpty
    }
}

// MARK: - What the head says

extension FileOffer {
    /// - Parameter segments: of the target, without escapes.
    static func path(_ segments: [[UInt8]]) throws(WebRefusal) -> RemotePath {
        do throws(RemotePath.Flaw) {
            return try RemotePath(components: segments)
        } catch {
            throw WebRefusal(.badRequest, "no file can be stored under this path: \(error)")
        }
    }

    /// A request that says nothing of content has none (RFC 9112, section 6.3). It may have lost its length on the way, so it isn't
    /// stored as an empty file: clients that mean one say so by `Content-Length: 0`.
    private static func size(_ head: RequestHead) throws(WebRefusal) -> UInt64? {
        switch head.framing {
        case .none where ResumableRequest(head).completes == false: 0
        case .none: throw .lengthRequired
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

    /// The SHA-256 that Repr-Digest or Content-Digest states (RFC 9530); other algorithms say nothing to us. What can't be read is no
    /// digest that its client could rely on: it is told so.
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
