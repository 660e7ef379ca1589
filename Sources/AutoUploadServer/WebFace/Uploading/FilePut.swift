import Connections
import Events
import HTTP
import Logins
import Platform
import Storage

/// PUT /files/PATH, or POST or PUT /upload with a file that isn't a form: one file, whose content is the request's body.
enum FilePut {
    /// - Parameter name: the components of the file's path.
    static func answer(
        _ head: RequestHead, named name: [[UInt8]], on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        guard let home = try connection.logIn(head) else { throw .refused(connection.notAdmitted) }
        let offer: FileOffer
        do throws(WebRefusal) {
            offer = try FileOffer(head, named: name, in: home)
            if connection.pass?.link != nil, offer.manner.needsOwnName { throw WebRefusal.tellsNothing }
        } catch {
            throw .refused(error)
        }
        let request = ResumableRequest(head)
        switch ResumableCreation(request, connection.services.uploadLimits()) {
        case .plain: return try put(offer, on: &connection)
        case .refused(let refusal): return WebAnswer(refusal, connection.services.uploadLimits())
        case .resumable(let completes, let length):
            var upload: ResumableTransfer
            do throws(WebRefusal) {
                upload = try ResumableTransfer.creating(
                    offer, length: length, request, completes: completes, on: connection)
            } catch {
                throw .refused(error)
            }
            return try upload.run(answering: head.version, on: &connection)
        }
    }

    private static func put(_ offer: FileOffer, on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer {
        let upload: WebUpload
        let digest = offer.digest ?? offer.contentDigest
        do throws(WebRefusal) {
            if digest != offer.contentDigest ?? digest { throw WebRefusal(VaultError.digestMismatch) }
            upload = try WebUpload(
                to: offer.path, in: offer.home, size: offer.size, modified: offer.modified, by: connection.uploader)
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
            return try upload.finish(digest, needsOwnName: offer.manner.needsOwnName).answer(offer.manner)
        } catch {
            throw .refused(offer.manner.refusal(error))
        }
    }
}
