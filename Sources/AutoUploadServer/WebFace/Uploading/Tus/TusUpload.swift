import Connections
import Domain
import Events
import HTTP
import Logins
import Storage

/// Requests to an upload's own URL.
struct TusUpload {
    /// As it stands in the URL.
    let id: [UInt8]
    let home: Home

    func answerHead(on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer {
        let resource = try settled(on: &connection)
        var answer = WebAnswer(.ok, type: "text/plain; charset=utf-8", [])
        for line in TusNote(resource.traits.ownNote)?.fields.lines ?? [] { answer.fields.set(line.name, line.value) }
        switch resource.standing {
        case .finished(let stored):
            let file = try receipted(stored, resource, connection)
            for line in TusReception.fields(of: file).lines { answer.fields.set(line.name, line.value) }
        case .unfinished(let offset):
            for line in TusReception.fields(offset: offset, expires: resource.expires).lines {
                answer.fields.set(line.name, line.value)
            }
        }
        if let length = resource.length {
            answer.fields.set(.uploadLength, FieldValue(length))
        } else {
            answer.fields.set(.uploadDeferLength, "1")
        }
        return answer
    }

    func answerPatch(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer {
        let patch = try Tus.allowed { () throws(TusFlaw) in try TusPatch(head.fields, head.framing) }
        let checksum = try TusChecksum(head)
        let resource = try settled(on: &connection)
        let step = try Tus.allowed { () throws(TusFlaw) in try resource.tusState.step(patch) }
        if case .finished(let stored) = resource.standing, step == .replay {
            return answer(TusReception.fields(of: try receipted(stored, resource, connection)))
        }
        var upload = try opened(resource, on: connection)
        do throws(WebRefusal) {
            if let length = patch.length { try upload.setLength(length) }
        } catch {
            throw .refused(error)
        }
        return answer(try TusReception(checksum: checksum, home: home).take(into: &upload, on: &connection))
    }

    private func opened(
        _ resource: UploadResource, on connection: borrowing WebConnection
    ) throws(WebTrouble) -> ResourceUpload {
        do throws(WebRefusal) {
            return try .open(resource, on: connection)
        } catch {
            throw .refused(error)
        }
    }

    private func answer(_ fields: Fields) -> WebAnswer {
        var answer = WebAnswer(.noContent, "")
        for line in fields.lines { answer.fields.set(line.name, line.value) }
        return answer
    }

    func answerDelete(on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer {
        let resource = try found(on: &connection)
        connection.uploader.remove(resource)
        return WebAnswer(.noContent, "")
    }

    /// What was stored, with its receipt.
    func answerGet(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer {
        let resource = try settled(on: &connection)
        guard case .finished(let stored) = resource.standing else {
            throw .refused(WebRefusal(.conflict, "the upload isn't finished: there is no receipt yet"))
        }
        return AnswerForm(head.fields).answer(try receipted(stored, resource, connection), .ok)
    }

    private func receipted(
        _ stored: Stored, _ resource: UploadResource, _ connection: borrowing WebConnection
    ) throws(WebTrouble) -> StoredFile {
        let traits = resource.traits
        do throws(VaultError) {
            return try connection.uploader.receipted(stored, offered: traits.path, traits.dropMark, home)
        } catch {
            throw .refused(WebRefusal(error))
        }
    }

    private func found(on connection: inout WebConnection) throws(WebTrouble) -> UploadResource {
        do throws(WebRefusal) {
            let found = try connection.resource(id, of: home.user)
            guard TusNote(found.traits.ownNote) != nil else { throw WebRefusal.unknownUpload }
            return found
        } catch {
            throw .refused(error)
        }
    }

    private func settled(on connection: inout WebConnection) throws(WebTrouble) -> UploadResource {
        let resource = try found(on: &connection)
        do throws(WebRefusal) {
            return try connection.settled(resource, in: home)
        } catch {
            throw .refused(error)
        }
    }
}

extension UploadResource {
    /// As the rules of tus see it.
    fileprivate var tusState: TusState {
        let isFinished = if case .finished = standing { true } else { false }
        return TusState(
            offset: offset, length: length, isFinished: isFinished,
            isJoined: TusNote(traits.ownNote)?.concat.starts(with: "final".utf8) ?? false)
    }
}
