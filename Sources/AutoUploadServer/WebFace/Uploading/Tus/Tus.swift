import Connections
import Domain
import HTTP
import Logins
import Storage

/// tus 1.0.0 at /tus/: uploads that a client goes on with. Who answers which method.
enum Tus {
    static func answer(
        _ head: RequestHead, _ endpoint: Endpoint, on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        let method: Method
        var answer: WebAnswer
        do throws(WebTrouble) {
            method = try allowed { () throws(TusFlaw) in try TusRequest.method(head.method, head.fields) }
            answer = try Self.answer(method, head, endpoint, on: &connection)
        } catch {
            guard case .refused(var refusal) = error else { throw error }
            refusal.fields.set(.tusResumable, version)
            throw .refused(refusal)
        }
        answer.fields.set(.tusResumable, version)
        return answer
    }

    static let version: FieldValue = "1.0.0"
    private static let extensions: FieldValue =
        "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,concatenation"

    private static func answer(
        _ method: Method, _ head: RequestHead, _ endpoint: Endpoint, on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        if method == .options { return abilities(endpoint, connection.services) }
        guard endpoint.methods.contains(method) else { throw .refused(.methodNotAllowed(endpoint.methods)) }
        // The receipt is for anybody who has the URL and the password, whether by tus or not.
        if method != .get { try requireVersion(head) }
        guard case .tusUpload(let id) = endpoint else {
            guard let home = try connection.logIn(head) else { throw .refused(connection.notAdmitted) }
            return try TusCreation.answer(head, home, on: &connection)
        }
        let upload = TusUpload(id: id, home: try connection.logIn(toUpload: head))
        switch method {
        case .head: return try upload.answerHead(on: &connection)
        case .patch: return try upload.answerPatch(head, on: &connection)
        case .delete: return try upload.answerDelete(on: &connection)
        default: return try upload.answerGet(head, on: &connection)
        }
    }

    /// - Throws: what the rules have against it, as a refusal.
    static func allowed<R>(_ body: () throws(TusFlaw) -> R) throws(WebTrouble) -> R {
        do throws(TusFlaw) {
            return try body()
        } catch {
            var refusal = WebRefusal(error.status, error.text)
            if let right = error.rightOffset { refusal.fields.set(.uploadOffset, FieldValue(right)) }
            throw .refused(refusal)
        }
    }

    private static func requireVersion(_ head: RequestHead) throws(WebTrouble) {
        if head.fields.combined(.tusResumable) == version { return }
        var refusal = WebRefusal(.preconditionFailed, "tus 1.0.0 is spoken here (Tus-Resumable)")
        refusal.fields.set(.tusVersion, version)
        throw .refused(refusal)
    }

    private static func abilities(_ endpoint: Endpoint, _ services: Services) -> WebAnswer {
        var answer = WebAnswer(optionsOf: endpoint, services)
        answer.fields.set(.tusVersion, version)
        answer.fields.set(.tusExtension, extensions)
        answer.fields.set(.tusChecksumAlgorithm, "sha256,sha1")
        if let most = services.vault.largestFile { answer.fields.set(.tusMaxSize, FieldValue(most)) }
        return answer
    }
}

extension FieldName {
    static let tusResumable = FieldName("Tus-Resumable")
    static let tusVersion = FieldName("Tus-Version")
    static let tusExtension = FieldName("Tus-Extension")
    static let tusMaxSize = FieldName("Tus-Max-Size")
    static let tusChecksumAlgorithm = FieldName("Tus-Checksum-Algorithm")
    static let uploadMetadata = FieldName("Upload-Metadata")
    static let uploadExpires = FieldName("Upload-Expires")
    static let uploadChecksum = FieldName("Upload-Checksum")
    static let uploadConcat = FieldName("Upload-Concat")
    static let contentLocation = FieldName("Content-Location")
}
