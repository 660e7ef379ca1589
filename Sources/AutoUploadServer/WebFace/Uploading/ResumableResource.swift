import Connections
import Domain
import Events
import HTTP
import Logins
import Platform
import Storage

/// Requests about an upload resource of the IETF's draft: /uploads/ID. Whoever comes has it from then on; a request that was under way
/// has lost it.
enum ResumableResource {
    private enum Outcome {
        case answer(WebAnswer)
        case transfer(ResumableTransfer)
    }

    /// - Parameter id: as it stands in the target.
    static func answer(
        _ head: RequestHead, id: [UInt8], on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        let home = try connection.logIn(toUpload: head)
        let outcome: Outcome
        do throws(WebRefusal) {
            let resource = try connection.resource(id, of: home.user)
            guard let manner = PutManner(note: resource.traits.ownNote) else { throw WebRefusal.unknownUpload }
            switch settle(resource, for: head.method, manner, in: home, on: &connection) {
            case .success(let resource): outcome = try serve(head, resource, manner, in: home, on: connection)
            case .failure(let refusal): outcome = .answer(WebAnswer(refusal).completing(refusal.endsUpload))
            }
        } catch {
            throw .refused(error)
        }
        switch outcome {
        case .answer(let answer): return answer
        case .transfer(var transfer): return try transfer.run(answering: head.version, on: &connection)
        }
    }

    /// - Returns: the upload as it is to be told of or gone on with, or the answer to the whole of it.
    private static func settle(
        _ resource: UploadResource, for method: Method, _ manner: PutManner, in home: Home,
        on connection: inout WebConnection
    ) -> Result<UploadResource, WebRefusal> {
        guard manner.isWholeOnce, [.get, .head, .patch].contains(method) else { return .success(resource) }
        do throws(WebRefusal) {
            return .success(try connection.settled(resource, in: home))
        } catch {
            return .failure(manner.refusal(error))
        }
    }

    private static func serve(
        _ head: RequestHead, _ resource: UploadResource, _ manner: PutManner, in home: Home,
        on connection: borrowing WebConnection
    ) throws(WebRefusal) -> Outcome {
        let services = connection.services
        let request = ResumableRequest(head)
        let limits = services.uploadLimits(maxAge: resource.secondsLeft)
        let type = head.fields.values(of: .contentType).first
        switch resource.state.step(head.method, type: type, request, limits) {
        case .tell: return .answer(WebAnswer(.noContent, resource.state.fields(limits)))
        case .replay: return .answer(try replay(resource, manner, in: home, on: connection))
        case .refuse(let refusal): return .answer(WebAnswer(refusal, limits))
        case .cancel:
            connection.uploader.remove(resource)
            return .answer(WebAnswer(.noContent, Fields()))
        case .append(let completes, let length):
            // Of an upload of unknown length it would be its end.
            if completes, head.framing == .none, resource.length == nil { throw .lengthRequired }
            let digest = try FileOffer.statedDigest(.contentDigest, in: head.fields)
            var transfer = try ResumableTransfer.appending(
                to: resource, in: home, manner, request, completes: completes, digest, on: connection)
            try transfer.setLength(length)
            return .transfer(transfer)
        }
    }

    /// The answer that completed it may have been lost.
    private static func replay(
        _ resource: UploadResource, _ manner: PutManner, in home: Home,
        on connection: borrowing WebConnection
    ) throws(WebRefusal) -> WebAnswer {
        guard case .finished(let stored) = resource.standing else { throw .unknownUpload }
        do throws(VaultError) {
            let traits = resource.traits
            let file = try connection.uploader.receipted(stored, offered: traits.path, traits.dropMark, home)
            return file.answer(manner).completing(true)
        } catch {
            throw WebRefusal(error)
        }
    }
}

extension UploadResource {
    /// As the draft's rules see it.
    var state: ResumableState {
        let isComplete = if case .finished = standing { true } else { false }
        return ResumableState(offset: offset, length: length, isComplete: isComplete)
    }

    /// Until it is removed unless somebody goes on with it.
    var secondsLeft: UInt64 { UInt64(max(0, expires - currentUnixTime())) }
}
