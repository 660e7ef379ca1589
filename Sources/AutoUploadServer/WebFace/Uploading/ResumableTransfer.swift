import Connections
import Domain
import HTTP
import Logins
import Platform
import Storage
import Transport

/// One request's part in a resumable upload of the IETF's draft: its first bytes, or more of them. What comes stays, whatever becomes of
/// the request, as far as its client can know where.
struct ResumableTransfer {
    private var upload: ResourceUpload
    private let manner: PutManner
    private let request: ResumableRequest
    /// Whether it brings all that is missing.
    private let completes: Bool
    /// What the request's own content is to have.
    private let contentDigest: ContentDigest?
    private let isCreation: Bool
    private let home: Home
    private let services: Services
    /// What stands before places of this server.
    private let base: String
    private var progress: Progress

    /// When its client was last told what is durable.
    private struct Progress {
        var offset: UInt64
        var told = Instant.now

        /// Seconds: a client that reads none of it must not keep a thread.
        static let pause = 1.0
    }

    private init(
        _ upload: ResourceUpload, _ manner: PutManner, _ request: ResumableRequest, completes: Bool,
        _ contentDigest: ContentDigest?, isCreation: Bool, _ home: Home, _ uploader: Uploader
    ) {
        (self.upload, self.manner, self.request) = (upload, manner, request)
        (self.completes, self.contentDigest, self.isCreation) = (completes, contentDigest, isCreation)
        (self.home, services, base) = (home, uploader.services, uploader.pass?.base ?? "")
        progress = Progress(offset: upload.received)
    }
}

// MARK: - Beginning

extension ResumableTransfer {
    /// Makes an upload resource.
    static func creating(
        _ offer: FileOffer, length: UInt64?, _ request: ResumableRequest, completes: Bool,
        on connection: borrowing WebConnection
    ) throws(WebRefusal) -> ResumableTransfer {
        // Of all that there is it is the digest of the whole, which can be compared after any number of breaks.
        let whole = offer.digest ?? (completes ? offer.contentDigest : nil)
        if completes, let content = offer.contentDigest, content != whole {
            throw WebRefusal(VaultError.digestMismatch)
        }
        var manner = offer.manner
        manner.isWholeOnce = completes
        let (place, mark) = try connection.uploader.place(of: offer.path, in: offer.home)
        let traits = ResourceTraits(
            user: offer.home.user, path: place, id: .random(), length: length,
            modified: offer.modified ?? FileTime(seconds: currentUnixTime(), nanoseconds: 0),
            options: manner.needsOwnName ? .needsOwnName : [], digest: whole,
            note: (mark?.bytes ?? []) + manner.note)
        return ResumableTransfer(
            try ResourceUpload.create(traits, on: connection), manner, request, completes: completes,
            completes ? nil : offer.contentDigest, isCreation: true, offer.home, connection.uploader)
    }

    /// Goes on with one that was looked up.
    static func appending(
        to resource: UploadResource, in home: Home, _ manner: PutManner, _ request: ResumableRequest, completes: Bool,
        _ contentDigest: ContentDigest?, on connection: borrowing WebConnection
    ) throws(WebRefusal) -> ResumableTransfer {
        ResumableTransfer(
            try ResourceUpload.open(resource, on: connection), manner, request, completes: completes, contentDigest,
            isCreation: false, home, connection.uploader)
    }

    /// Takes down what is known by now of the length.
    mutating func setLength(_ length: UInt64?) throws(WebRefusal) {
        if let length, upload.length == nil { try upload.setLength(length) }
    }
}

// MARK: - Bytes

extension ResumableTransfer {
    /// Takes the request's content.
    mutating func run(
        answering version: HTTPVersion, on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        let before = upload.received
        let content: ContentDigest?
        do throws(WebTrouble) {
            if isCreation, let creation { try connection.send(.uploadResumption(creation), to: version) }
            content = try receive(version, on: &connection)
        } catch {
            // Nobody knows its URL.
            if isCreation, !request.understandsInterim { upload.discard() }
            guard case .refused(let refusal) = error else { throw error }
            return answer(refusal)
        }
        guard content == contentDigest else {
            upload.leave()
            if isCreation, !request.understandsInterim { upload.discard() }
            var answer = answer(WebRefusal(.badRequest, "the content doesn't have the SHA-256 of Content-Digest"))
            answer.fields.set(.uploadOffset, FieldValue(before))
            return answer
        }
        return end()
    }

    /// - Returns: what the content has, where that is to be compared.
    private mutating func receive(
        _ version: HTTPVersion, on connection: inout WebConnection
    ) throws(WebTrouble) -> ContentDigest? {
        var hasher = contentDigest.map { _ in ContentHasher() }
        if contentDigest != nil { upload.holdBack() }
        let told = contentDigest == nil ? interimFields : nil
        var progress = progress
        try upload.receiveBody(
            of: &connection, showing: { hasher?.update($0) },
            telling: { upload throws(WebRefusal) in
                guard let told else { return [] }
                return try Self.interim(told, &upload, &progress, version)
            })
        guard let hasher else { return nil }
        return hasher.finalize()
    }

    private static func interim(
        _ fields: Fields, _ upload: inout ResourceUpload, _ progress: inout Progress, _ version: HTTPVersion
    ) throws(WebRefusal) -> [UInt8] {
        guard Instant.now.seconds(since: progress.told) >= Progress.pause else { return [] }
        progress.told = .now
        let offset = try upload.durable()
        guard offset > progress.offset else { return [] }
        progress.offset = offset
        var fields = fields
        fields.set(.uploadOffset, FieldValue(offset))
        return InterimResponse.uploadResumption(fields).encoded(for: version)
    }

    /// - Returns: nil where the client would misunderstand an interim answer.
    private var interimFields: Fields? {
        guard let version = request.interimVersion else { return nil }
        var fields = Fields()
        fields.set(.uploadDraftVersion, FieldValue(version))
        return fields
    }

    /// What tells a client where it can go on.
    private var creation: Fields? {
        guard var fields = interimFields else { return nil }
        fields.set(.location, upload.traits.location(base))
        fields.set(.uploadLimit, limits.field)
        return fields
    }

    private var limits: ResumableLimits {
        services.uploadLimits(maxAge: UInt64(max(0, upload.expires - currentUnixTime())))
    }
}

// MARK: - End

extension ResumableTransfer {
    /// All of the request's content has come.
    private mutating func end() -> WebAnswer {
        let state = ResumableState(offset: upload.received, length: upload.length, isComplete: false)
        if let refusal = state.refusalAtEnd(completes: completes) { return keep(WebAnswer(refusal, limits)) }
        guard completes else {
            return keep(WebAnswer(isCreation ? .created : .noContent, Fields()).completing(false))
        }
        do throws(WebRefusal) {
            return try upload.finish(for: home).answer(manner).completing(true)
        } catch {
            return answer(manner.refusal(error))
        }
    }

    /// Tells what is durable, once it is.
    private mutating func keep(_ answer: WebAnswer) -> WebAnswer {
        do throws(WebRefusal) {
            var answer = answer
            answer.fields.set(.uploadOffset, FieldValue(try upload.keep()))
            answer.fields.set(.uploadLimit, limits.field)
            if isCreation { answer.fields.set(.location, upload.traits.location(base)) }
            upload.leave(quietly: true)
            return answer
        } catch {
            return self.answer(error)
        }
    }

    /// The upload can be gone on with, unless it was given up.
    private func answer(_ refusal: WebRefusal) -> WebAnswer {
        if upload.isBeyondLength {
            upload.discard()
            return WebAnswer(ResumableRefusal.inconsistentLength, limits)
        }
        var answer = WebAnswer(refusal).completing(refusal.endsUpload)
        if isCreation, request.understandsInterim, !refusal.endsUpload {
            answer.fields.set(.location, upload.traits.location(base))
        }
        if refusal.status == .contentTooLarge { answer.fields.set(.uploadLimit, limits.field) }
        return answer
    }
}
