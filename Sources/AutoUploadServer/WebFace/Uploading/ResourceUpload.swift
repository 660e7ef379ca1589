import Connections
import Domain
import Events
import HTTP
import Logins
import Platform
import Storage

/// One request's hold on an upload resource: takes bytes into it, and stores it when it is whole. When the request ends, or its link breaks,
/// what has come is left to be gone on with.
struct ResourceUpload {
    private let uploader: Uploader
    /// Holds the slot, too.
    private let hold: OpenTransfers.Hold
    private let begun = Instant.now
    private var upload: OpenResource
    /// Bytes that have come of the whole file, durable or not.
    private(set) var received: UInt64
    /// Whether more came than it is to have.
    private(set) var isBeyondLength = false
    /// The link by which it comes takes it no more.
    private var isRefused = false

    private init(
        _ upload: OpenResource, _ slot: UploadSlots.Slot, offset: UInt64, _ uploader: Uploader
    ) {
        (self.uploader, self.upload, received) = (uploader, upload, offset)
        hold = uploader.services.transfers.begin(upload.traits.key, by: uploader.membership, slot)
    }

    private var services: Services { uploader.services }
    private var membership: Membership { uploader.membership }
    private var peer: ServerEvent.Peer { uploader.peer }
    private var drops: AnonymousDrops? { uploader.rules.drops }
    /// Of a link.
    private var bounds: LinkBounds? { uploader.pass?.link }

    var traits: ResourceTraits { upload.traits }
    var length: UInt64? { upload.resource.length }
    var expires: Int64 { upload.resource.expires }
    var isWhole: Bool { received == length }
}

// MARK: - Beginning

extension ResourceUpload {
    /// Makes an upload resource: it is durable, and its creation may be answered.
    static func create(_ traits: ResourceTraits, on connection: borrowing WebConnection) throws(WebRefusal)
        -> ResourceUpload
    {
        try create(traits, by: connection.uploader)
    }

    static func create(_ traits: ResourceTraits, by uploader: Uploader) throws(WebRefusal) -> ResourceUpload {
        let services = uploader.services
        _ = try uploader.rules.drops?.begin(in: traits.user, size: traits.length, from: uploader.peer.address.group)
        let slot = try uploader.takeSlot(for: traits.user)
        try uploader.pass?.link?.claim(traits.id, traits.length ?? 0, isKept: true)
        do throws(VaultError) {
            let upload = try services.vault.makeResource(traits) { services.report(.reclaimed($0, offset: $1)) }
            return ResourceUpload(upload, slot, offset: 0, uploader)
        } catch {
            uploader.pass?.link?.end(traits.id)
            throw services.refuse(traits.path, error, uploader.peer)
        }
    }

    /// Opens one that was looked up, for what follows its durable bytes.
    static func open(_ resource: UploadResource, on connection: borrowing WebConnection) throws(WebRefusal)
        -> ResourceUpload
    {
        try open(resource, by: connection.uploader)
    }

    static func open(_ resource: UploadResource, by uploader: Uploader) throws(WebRefusal) -> ResourceUpload {
        let services = uploader.services
        let slot = try uploader.takeSlot(for: resource.traits.user)
        do throws(VaultError) {
            let upload = try services.vault.open(resource) { services.report(.reclaimed($0, offset: $1)) }
            return ResourceUpload(upload, slot, offset: resource.offset, uploader)
        } catch {
            throw services.refuse(resource.traits.path, error, uploader.peer)
        }
    }
}

extension WebConnection {
    /// Looks an upload resource up, and takes it from whoever has it open.
    ///
    /// - Parameter id: as it stands in the URL.
    /// - Throws: 404 for what isn't there, isn't there any more, or is another user's, or another link's: nobody can tell which.
    mutating func resource(_ id: [UInt8], of user: FileName) throws(WebRefusal) -> UploadResource {
        guard let id = UploadID(hex: String(decoding: id, as: UTF8.self)) else { throw .unknownUpload }
        guard let found = try uploader.resource(of: OfferedFile.Key(user: user, id: id)),
            found.traits.dropMark?.link == pass?.link?.id
        else { throw .unknownUpload }
        if pass == nil, user == rules.drops?.rules.folder { (peer.user, peer.account) = (user.description, user) }
        return found
    }

    /// An upload resource as it is to be told of: a client that learns that all its bytes are here may take the file for stored, so it
    /// is stored first, should that have failed when they had come.
    ///
    /// - Parameter resource: as it was looked up.
    mutating func settled(_ resource: UploadResource, in home: Home) throws(WebRefusal) -> UploadResource {
        guard resource.isWhole, !resource.traits.options.contains(.isPart) else { return resource }
        let upload = try ResourceUpload.open(resource, on: self)
        _ = try upload.finish(for: home)
        return try self.resource(Array(resource.traits.id.description.utf8), of: home.user)
    }
}

extension WebRefusal {
    static let unknownUpload = WebRefusal(
        .notFound, "there is no such upload, or none any more: begin a new one")
}

// MARK: - Bytes

extension ResourceUpload {
    /// Takes a request's whole body. Of more bytes than the upload is to have none is kept beyond.
    ///
    /// - Parameters:
    ///   - look: is shown each piece before it is taken.
    ///   - progress: makes an interim answer after each, or none.
    /// - Throws: when the link breaks or the upload can't go on; what is durable stays, to be gone on with.
    mutating func receiveBody(
        of connection: inout WebConnection, showing look: (RawSpan) -> Void = { _ in },
        telling progress: (inout ResourceUpload) throws(WebRefusal) -> [UInt8] = { _ in [] }
    ) throws(WebTrouble) {
        do throws(WebTrouble) {
            try prepare()
            try connection.receiveBody(answering: { bytes throws(WebRefusal) in
                look(bytes)
                try append(bytes)
                return try progress(&self)
            })
        } catch {
            if isRefused { discard() } else { leave() }
            throw error
        }
    }

    private func prepare() throws(WebTrouble) {
        do throws(WebRefusal) {
            try readPrefix()
        } catch {
            throw .refused(error)
        }
    }

    mutating func append(_ bytes: RawSpan) throws(WebRefusal) {
        let (sum, overflow) = received.addingReportingOverflow(UInt64(bytes.byteCount))
        guard !overflow, sum <= length ?? UInt64(Int64.max) else {
            isBeyondLength = true
            throw .beyondLength
        }
        try drops?.requireFits(sum, in: traits.user)
        try drops?.requireTime(for: upload.resource)
        try requireWithinBounds(sum)
        upload.append(bytes)
        if let failure = upload.failure { throw services.refuse(traits.path, failure, peer) }
        received = sum
    }

    private mutating func requireWithinBounds(_ bytes: UInt64) throws(WebRefusal) {
        guard let bounds else { return }
        do throws(WebRefusal) {
            try bounds.requireGood()
            try bounds.claim(traits.id, max(bytes, length ?? 0), isKept: true)
        } catch {
            isRefused = error.endsUpload
            throw error
        }
    }

    /// Copies the bytes of another upload, all of which have come.
    mutating func append(contentsOf part: UploadResource, _ membership: Membership) throws(WebRefusal) {
        let source = try services.withStorage(part.traits.path, peer) { vault throws(VaultError) in
            try vault.open(part)
        }
        var offset: UInt64 = 0
        while offset < part.offset {
            if membership.isToEnd { throw membership.refusalToGoOn }
            let count = min(part.offset - offset, Self.copiedAtATime)
            let piece = try services.withStorage(part.traits.path, peer) { _ throws(VaultError) in
                try source.partial.read(Int(count), at: offset)
            }
            try piece.span.withRawBytes { bytes throws(WebRefusal) in try append(bytes) }
            offset += count
        }
    }

    private static let copiedAtATime: UInt64 = 1 << 20

    /// Reads again what earlier requests have sent, for the digest, where this process doesn't have that.
    func readPrefix() throws(WebRefusal) {
        guard upload.partial.hasUnreadPrefix else { return }
        // Who waits long enough reads in any case: what was sent isn't sent again for that.
        let turn = services.reading.turn(of: traits.user, membership.number) { membership.isToEnd }
        upload.partial.readPrefix { !membership.isToEnd && turn?.goesOn { membership.isToEnd } ?? true }
        if membership.isToEnd { throw membership.refusalToGoOn }
    }

    /// Keeps nothing of what comes from now on before `keep`.
    func holdBack() { upload.holdBack() }

    /// Makes all that has come durable.
    ///
    /// - Returns: the offset that may be told.
    mutating func keep() throws(WebRefusal) -> UInt64 {
        do throws(VaultError) {
            return try upload.keep()
        } catch {
            throw services.refuse(traits.path, error, peer)
        }
    }

    /// - Returns: the offset that may be told in the midst of a body.
    mutating func durable() throws(WebRefusal) -> UInt64 {
        do throws(VaultError) {
            return try upload.durable()
        } catch {
            throw services.refuse(traits.path, error, peer)
        }
    }

    /// Takes down how long the file is to be.
    mutating func setLength(_ length: UInt64) throws(WebRefusal) {
        try drops?.requireFits(length, in: traits.user)
        try bounds?.claim(traits.id, length, isKept: true)
        do throws(VaultError) {
            try upload.setLength(length)
        } catch {
            throw services.refuse(traits.path, error, peer)
        }
    }
}

extension WebRefusal {
    static let beyondLength = WebRefusal(.contentTooLarge, "more bytes came than the upload is to have")
}

// MARK: - End

extension ResourceUpload {
    /// Leaves it to be gone on with.
    ///
    /// - Parameter quietly: what its client asked for isn't told in the log.
    func leave(quietly: Bool = false) {
        if let offset = upload.leave(), !quietly { services.report(.parked(peer, path: traits.path, offset: offset)) }
    }

    /// Removes it, also where it was left already.
    func discard() {
        upload.discard()
        bounds?.end(traits.id)
    }

    /// All has come: stores it.
    func finish(for home: Home) throws(WebRefusal) -> StoredFile {
        try readPrefix()
        try count()
        do throws(VaultError) {
            let stored = try upload.finish()
            bounds?.end(traits.id)
            return try uploader.noteStored(
                stored, offered: traits.path, traits.dropMark, since: begun, home)
        } catch {
            bounds?.takeBack(received)
            if !error.leavesDurablePart { bounds?.end(traits.id) }
            throw services.refuse(traits.path, error, peer)
        }
    }

    /// One that its link takes no more goes: nobody can make anything of it.
    private func count() throws(WebRefusal) {
        do throws(WebRefusal) {
            try bounds?.count(received)
        } catch {
            if error.endsUpload { discard() }
            throw error
        }
    }
}
