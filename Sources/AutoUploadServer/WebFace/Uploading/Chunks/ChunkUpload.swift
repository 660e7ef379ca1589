import Catalogue
import Connections
import Domain
import HTTP
import Logins
import Platform
import Storage
import Transport

/// One piece of a file on its way into the file's upload resource, which outlives this request, and a restart.
///
/// A piece is answered once it and all before it are durable; the last one once the file is stored. So who has an answer to the last has
/// them all, whatever became of the others meanwhile.
struct ChunkUpload {
    private let chunk: FormChunk
    private let home: Home
    private let uploader: Uploader
    private let key: OfferedFile.Key
    private let turn: ChunkTurns.Place
    /// nil: the piece has come before.
    private var upload: ResourceUpload?
    /// Bytes at the piece's beginning that have come before.
    private var known: UInt64 = 0
    private var received: UInt64 = 0

    /// Waits until the piece can go in.
    ///
    /// - Parameter path: as its client names the file.
    init(
        _ chunk: FormChunk, of path: RemotePath, in home: Home, refusesTaken: Bool, by uploader: Uploader
    ) throws(WebRefusal) {
        let (place, mark) = try uploader.place(of: path, in: home)
        let traits = ResourceTraits(
            user: home.user, path: place, id: try Self.id(chunk, path, home, mark), length: chunk.total,
            modified: FileTime(seconds: currentUnixTime(), nanoseconds: 0), options: refusesTaken ? .needsOwnName : [],
            note: (mark?.bytes ?? []) + Self.note)
        (self.chunk, self.home, self.uploader) = (chunk, home, uploader)
        key = OfferedFile.Key(user: home.user, id: traits.id)
        turn = uploader.rules.chunkTurns.place(for: key, offset: chunk.offset)
        try enter(traits)
    }

    /// What it belongs to is found by what its client says of it in every piece. Nobody else's can be.
    private static func id(
        _ chunk: FormChunk, _ path: RemotePath, _ home: Home, _ mark: DropMark?
    ) throws(WebRefusal) -> UploadID {
        let parts = [
            note + Array((mark?.link.text ?? "").utf8), home.user.bytes, path.bytes, Array(String(chunk.total).utf8),
            chunk.upload,
        ]
        let words = parts.flatMap { Array("\($0.count):".utf8) + $0 }
        guard let digest = ContentHasher.digest(of: words), let id = UploadID(Array(digest.bytes.prefix(16))) else {
            throw WebRefusal(VaultError.busy(SystemError("name an upload", errno: .noMemory)))
        }
        return id
    }

    /// Other ways to upload don't take it for theirs.
    private static let note = Array("pieces".utf8)
}

// MARK: - Beginning

extension ChunkUpload {
    private mutating func enter(_ traits: ResourceTraits) throws(WebRefusal) {
        while true {
            try turn.wait { [uploader] in uploader.membership.isToEnd }
            let found = try uploader.resource(of: key)
            let resource = if let found { found } else { try make(traits) }
            if resource.offset >= chunk.offset {
                if resource.offset < chunk.end { try open(resource) }
                return
            }
            turn.pass(resource.offset)
        }
    }

    private func make(_ traits: ResourceTraits) throws(WebRefusal) -> UploadResource {
        var upload = try ResourceUpload.create(traits, by: uploader)
        _ = try upload.keep()
        upload.leave(quietly: true)
        guard let made = try uploader.resource(of: key) else { throw .unknownUpload }
        return made
    }

    private mutating func open(_ resource: UploadResource) throws(WebRefusal) {
        let upload = try ResourceUpload.open(resource, by: uploader)
        try upload.readPrefix()
        // A piece that breaks leaves nothing.
        upload.holdBack()
        known = resource.offset - chunk.offset
        self.upload = upload
    }
}

// MARK: - Bytes

extension ChunkUpload {
    mutating func append(_ bytes: RawSpan) throws(WebRefusal) {
        let before = received
        received += UInt64(bytes.byteCount)
        guard received <= chunk.length else {
            throw WebRefusal(.badRequest, "the piece is longer than its fields say")
        }
        let passed = min(known - min(known, before), UInt64(bytes.byteCount))
        let rest = bytes.extracting(droppingFirst: Int(passed))
        if !rest.isEmpty { try upload?.append(rest) }
    }

    /// The piece has come whole.
    ///
    /// - Returns: the file, with its last piece.
    mutating func finish() throws(WebRefusal) -> StoredFile? {
        guard received == chunk.length else {
            throw WebRefusal(.badRequest, "the piece is shorter than its fields say")
        }
        guard let isWhole = upload?.isWhole else { return chunk.isLast ? try stored() : nil }
        return isWhole ? try store() : try keep()
    }

    private mutating func store() throws(WebRefusal) -> StoredFile? {
        defer { upload = nil }
        return try upload?.finish(for: home)
    }

    /// Lets go of the upload before whoever is next opens it, which ends a request that has it still.
    private mutating func keep() throws(WebRefusal) -> StoredFile? {
        let offset = try upload?.keep()
        discard()
        turn.pass(offset)
        return nil
    }

    /// All had come before.
    private func stored() throws(WebRefusal) -> StoredFile {
        guard let resource = try uploader.resource(of: key) else { throw .unknownUpload }
        guard case .finished(let stored) = resource.standing else {
            return try ResourceUpload.open(resource, by: uploader).finish(for: home)
        }
        do throws(VaultError) {
            return try uploader.receipted(stored, offered: resource.traits.path, resource.traits.dropMark, home)
        } catch {
            throw WebRefusal(error)
        }
    }

    /// Nothing is kept of the piece, except what was.
    mutating func discard() {
        upload?.leave(quietly: true)
        upload = nil
    }
}
