import Blobs
import Catalogue
import HTTP

/// What a request's target names, and what can be done with it.
enum Endpoint: Hashable {
    /// - name: the components of a file's path.
    case files(name: [[UInt8]])
    case upload
    /// Where tus uploads are created.
    case tus
    /// - id: as it stands in the URL.
    case tusUpload(id: [UInt8])
    /// An upload resource of the IETF's draft.
    case resumable(id: [UInt8])
    /// Of those who have no account.
    case challenge
    /// Of uploads that go straight to a bucket.
    case direct(DirectResource)
    /// - path: without the slash in front.
    case page(String)
    case wholeServer
    /// Of the admin site.
    /// - segments: behind `/admin`.
    case admin(segments: [[UInt8]])
    /// What an admin has shared.
    case link(LinkID)
    /// A file that is shared by its name.
    case byName([UInt8])
    /// An expiring blob, or where one is taken.
    case blob(BlobTarget)
    /// A blob in JSON for who asks for it, and a file's path for who puts one.
    case blobOrFile(BlobTarget, name: [[UInt8]])

    /// - Parameters:
    ///   - takesDrops: whether those without an account may upload.
    ///   - isDirect: whether uploads may go straight to a bucket.
    ///   - hasAdmin: whether there is an admin site.
    ///   - hasLinks: whether what is shared may be had.
    ///   - hasBlobs: whether there are expiring blobs.
    /// - Returns: nil where there is nothing.
    init?(
        _ target: RequestTarget, takesDrops: Bool, isDirect: Bool = false, hasAdmin: Bool, hasLinks: Bool,
        hasBlobs: Bool = false
    ) {
        if hasBlobs, let blob = BlobTarget(target.segments) {
            if case .encodedBlob = blob {
                self = .blobOrFile(blob, name: Array(target.segments.dropFirst()))
            } else {
                self = .blob(blob)
            }
            return
        }
        let segments = target.segments.map { String(decoding: $0, as: UTF8.self) }
        switch segments.first {
        case "files"? where segments.count > 1:
            self = .files(name: Array(target.segments.dropFirst()))
        case "upload"? where segments.count == 1: self = .upload
        case "tus"? where segments.count <= 2:
            let id = target.segments.dropFirst().first ?? []
            self = id.isEmpty ? .tus : .tusUpload(id: id)
        case "uploads"? where segments.count == 2: self = .resumable(id: target.segments[1])
        case "challenge"? where segments.count == 1 && takesDrops: self = .challenge
        case "s3"? where isDirect:
            guard let resource = DirectResource(Array(target.segments.dropFirst())) else { return nil }
            self = .direct(resource)
        case "admin"? where hasAdmin: self = .admin(segments: Array(target.segments.dropFirst()))
        case nil where target.isWholeServer: self = .wholeServer
        default:
            let path = segments.joined(separator: "/")
            if PageFile.isThere(path) {
                self = .page(path)
            } else if hasLinks, let link = Self.link(target.segments) {
                self = link
            } else {
                return nil
            }
        }
    }

    private static let own: Set = ["files", "upload", "uploads", "tus", "page", "admin", "challenge", "s3"]

    /// A name may have slashes, and so may an address that follows from one.
    private static func link(_ segments: [[UInt8]]) -> Endpoint? {
        if segments.count > 1, segments[0].elementsEqual("by-name".utf8) {
            return .byName(Array(segments.dropFirst().joined(separator: [UInt8(ascii: "/")])))
        }
        // What begins as our own does is none, unless its slash is escaped, as we write it.
        if segments.count > 1, own.contains(String(decoding: segments[0], as: UTF8.self)) { return nil }
        let text = String(decoding: Array(segments.joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
        return LinkID(text).map { .link($0) }
    }

    var isTus: Bool {
        switch self {
        case .tus, .tusUpload: true
        case .files, .upload, .resumable, .challenge, .direct, .page, .wholeServer, .admin, .link, .byName, .blob,
            .blobOrFile:
            false
        }
    }

    /// In the order in which Allow names them.
    var methods: [Method] {
        switch self {
        case .files: [.put, .options]
        case .upload: [.put, .post, .options]
        case .tus: [.post, .options]
        case .tusUpload: [.head, .patch, .delete, .get, .options]
        case .resumable: [.get, .head, .patch, .delete, .options]
        case .page, .challenge: [.get, .head, .options]
        case .direct(let resource): resource.methods
        case .admin, .link: [.get, .head, .post, .options]
        case .byName: [.get, .head, .options]
        case .blob(let target): target.methods
        case .blobOrFile: [.get, .head, .put, .options]
        case .wholeServer: [.get, .head, .put, .post, .patch, .delete, .options]
        }
    }
}

extension [Method] {
    /// As Allow has it.
    var asList: FieldValue { FieldValue(map(\.description).joined(separator: ", ")) ?? "" }
}
