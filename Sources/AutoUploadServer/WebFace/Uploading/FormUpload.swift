import Connections
import Events
import HTTP
import Logins
import Platform
import Storage

/// POST or PUT /upload: any number of files in a form (multipart/form-data), each stored when it has come whole.
enum FormUpload {
    static func answer(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer {
        let home = try connection.logIn(head)
        let request = ResumableRequest(head)
        if request.completes == false || request.isIncompleteOfOld {
            throw .refused(
                WebRefusal(.badRequest, "a form isn't sent in parts: send it whole, or each file by PUT /files/NAME"))
        }
        let boundary: MultipartBoundary
        do throws(MultipartBoundary.Flaw) {
            boundary = try MultipartBoundary(contentType: head.fields.values(of: .contentType).first?.bytes ?? [])
        } catch {
            throw .refused(WebRefusal(.unsupportedMediaType, "a form is expected (multipart/form-data): \(error)"))
        }
        let refusesTaken: Bool
        do throws(WebRefusal) {
            refusesTaken = try head.refusesTaken()
            if refusesTaken, connection.pass?.link != nil { throw WebRefusal.tellsNothing }
        } catch {
            throw .refused(error)
        }
        var form = FormReceiver(
            uploader: connection.uploader, home: home, refusesTaken: refusesTaken)
        var splitter = MultipartSplitter(boundary: boundary)
        do throws(WebTrouble) {
            try connection.receiveBody { bytes throws(WebRefusal) in
                try splitter.take(Span<UInt8>(_bytes: bytes), to: &form)
            }
        } catch {
            form.discard()
            connection.peer = form.peer
            throw error
        }
        connection.peer = form.peer
        do throws(WebRefusal) {
            try splitter.finish(to: &form)
            return try form.answer(AnswerForm(head.fields))
        } catch {
            form.discard()
            throw .refused(error)
        }
    }
}

/// Stores the files of a form, and takes from its fields who sends them where the request's head doesn't say it.
struct FormReceiver: MultipartReceiver {
    private(set) var uploader: Uploader
    /// Whose the files are, as far as it is known.
    var home: Home?
    let refusesTaken: Bool
    private var fields: [String: [UInt8]] = [:]
    private var place = Place.between
    private var stored: [StoredFile] = []
    /// Files and pieces that have come whole.
    private var files = 0

    private enum Place {
        case between
        /// Who sends the form, or which piece of a file it brings.
        case field(String, [UInt8])
        /// A field that says nothing to us.
        case other
        case file(WebUpload)
        /// A piece of a larger file.
        case chunk(ChunkUpload)
        /// What a browser sends where no file was chosen.
        case nothing
    }

    /// Bytes of a user's name, or a password.
    private static let longestField = 4096
    /// Bytes of other fields, until it is known who sends them.
    private static let mostOfStranger = 64 << 10
    private var ofStranger = 0

    init(uploader: Uploader, home: Home?, refusesTaken: Bool) {
        (self.uploader, self.home, self.refusesTaken) = (uploader, home, refusesTaken)
    }

    var peer: ServerEvent.Peer { uploader.peer }

    /// Fields that say something to us.
    private static let known = FormChunk.fieldNames.union(["username", "password", "otp", "altcha", "token"])

    mutating func beginPart(_ head: PartHead) throws(WebRefusal) {
        if let name = head.fileName {
            place = name.isEmpty ? .nothing : try beginFile(name)
        } else {
            place = try beginField(head.name ?? "")
        }
    }

    private func beginField(_ name: String) throws(WebRefusal) -> Place {
        guard Self.known.contains(name) else { return .other }
        if FormChunk.isOfPiece(name), files > 0 || fields[name] != nil {
            throw WebRefusal(.badRequest, "the fields that say which piece of a file comes stand once, before it")
        }
        return .field(name, [])
    }

    private mutating func beginFile(_ name: [UInt8]) throws(WebRefusal) -> Place {
        let home = try requireLogin()
        let chunk = try FormChunk(fields)
        let own = fields[FormChunk.fileName].flatMap { $0.isEmpty ? nil : Array(formText($0).utf8) }
        let name = chunk == nil ? name : own ?? name
        let path = try FileOffer.path(
            name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init))
        guard let chunk else {
            // A proof is worth one file.
            if files > 0, uploader.pass?.link?.needsProof == true {
                throw WebRefusal(.badRequest, "by this link a form brings one file")
            }
            return .file(try WebUpload(to: path, in: home, size: nil, modified: nil, by: uploader))
        }
        if files > 0 { throw WebRefusal(.badRequest, "a form brings one piece of one file") }
        return .chunk(try ChunkUpload(chunk, of: path, in: home, refusesTaken: refusesTaken, by: uploader))
    }

    mutating func takeContent(_ content: Span<UInt8>) throws(WebRefusal) {
        switch place {
        case .file(let upload): try content.withRawBytes { bytes throws(WebRefusal) in try upload.append(bytes) }
        case .chunk(var upload):
            place = .between
            defer { place = .chunk(upload) }
            try content.withRawBytes { bytes throws(WebRefusal) in try upload.append(bytes) }
        case .other:
            if home == nil { ofStranger += content.count }
            if ofStranger > Self.mostOfStranger { throw .unauthorized }
        case .field(let name, var bytes):
            guard bytes.count + content.count <= Self.longestField else {
                throw WebRefusal(.contentTooLarge, "a field of the form is longer than \(Self.longestField) bytes")
            }
            for index in content.indices { bytes.append(content[index]) }
            place = .field(name, bytes)
        case .nothing: throw WebRefusal(.badRequest, "a file of the form has no name")
        case .between: break
        }
    }

    mutating func endPart() throws(WebRefusal) {
        defer { place = .between }
        switch place {
        case .file(let upload):
            stored.append(try upload.finish(nil, needsOwnName: refusesTaken))
            files += 1
        case .chunk(var upload):
            place = .between
            defer { upload.discard() }
            if let file = try upload.finish() { stored.append(file) }
            files += 1
        case .field(let name, let bytes): fields[name] = bytes
        case .other, .nothing, .between: break
        }
    }

    func failure(_ error: MultipartError) -> WebRefusal {
        WebRefusal(.badRequest, "the form can't be read: \(error)")
    }

    mutating func discard() {
        switch place {
        case .file(let upload): upload.discard()
        case .chunk(var upload):
            place = .between
            upload.discard()
        case .field, .other, .nothing, .between: break
        }
    }

    /// - Throws: 400 for a form without any file: to call that stored would be a lie.
    mutating func answer(_ form: AnswerForm) throws(WebRefusal) -> WebAnswer {
        _ = try requireLogin()
        if files == 0 { throw WebRefusal(.badRequest, "the form has no file") }
        return form.answer(stored)
    }

    private mutating func requireLogin() throws(WebRefusal) -> Home {
        if let home { return home }
        guard uploader.pass == nil, let name = fields["username"], !name.isEmpty else { return try requireProof() }
        let credentials = WebCredentials(
            user: formText(name), password: fields["password"] ?? [], code: fields["otp"] ?? [])
        let found = try credentials.logIn(uploader.membership, uploader.services, &uploader.peer)
        home = found
        return found
    }

    private mutating func requireProof() throws(WebRefusal) -> Home {
        if let pass = uploader.pass {
            try pass.requireFormToken(fields["token"])
            try pass.link?.requireProof(fields["altcha"], from: peer.address.group)
            home = pass.home
            return pass.home
        }
        guard let drops = uploader.rules.drops, let answer = fields["altcha"] else { throw .unauthorized }
        let found = try drops.admit(answer, uploader.services, &uploader.peer)
        home = found
        return found
    }
}
