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
    /// - path: without the slash in front.
    case page(String)
    case wholeServer
    /// Of the admin site.
    /// - segments: behind `/admin`.
    case admin(segments: [[UInt8]])

    /// - Parameters:
    ///   - takesDrops: whether those without an account may upload.
    ///   - hasAdmin: whether there is an admin site.
    /// - Returns: nil where there is nothing.
    init?(_ target: RequestTarget, takesDrops: Bool, hasAdmin: Bool) {
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
        case "admin"? where hasAdmin: self = .admin(segments: Array(target.segments.dropFirst()))
        case nil where target.isWholeServer: self = .wholeServer
        default:
            let path = segments.joined(separator: "/")
            guard PageFile.isThere(path) else { return nil }
            self = .page(path)
        }
    }

    var isTus: Bool {
        switch self {
        case .tus, .tusUpload: true
        case .files, .upload, .resumable, .challenge, .page, .wholeServer, .admin: false
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
        case .admin: [.get, .head, .post, .options]
        case .wholeServer: [.get, .head, .put, .post, .patch, .delete, .options]
        }
    }
}

extension [Method] {
    /// As Allow has it.
    var asList: FieldValue { FieldValue(map(\.description).joined(separator: ", ")) ?? "" }
}
