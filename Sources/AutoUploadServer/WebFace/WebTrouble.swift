import Connections
import HTTP
import Storage
import Transport

/// Why a request isn't served.
enum WebTrouble: Error {
    /// The client is told, and may go on.
    case refused(WebRefusal)
    /// It is no request.
    case malformed(RequestError)
    /// Nobody can be told.
    case broken(LinkError)
}

/// A refusal in the words of HTTP.
struct WebRefusal: Error {
    let status: HTTP.Status
    /// What failed, why, and what to do: one line for a person.
    let text: String
    var fields = Fields()
    /// Whether what has come of the file was given up for it.
    var endsUpload = false

    init(_ status: HTTP.Status, _ text: String, retryAfter seconds: UInt32? = nil) {
        (self.status, self.text) = (status, text)
        if let seconds { fields.set(.retryAfter, FieldValue(UInt64(seconds))) }
    }
}

extension WebRefusal {
    static let unauthorized = challenging(
        "log in: by HTTP Basic, by the headers Username and Password, or by the form's fields of these names")

    /// - Parameter text: why.
    static func challenging(_ text: String) -> WebRefusal {
        var refusal = WebRefusal(.unauthorized, text)
        refusal.fields.set(.wwwAuthenticate, "Basic realm=\"auto-upload\", charset=\"UTF-8\"")
        return refusal
    }

    static let lengthRequired = WebRefusal(
        .lengthRequired, "say how long the content is (Content-Length, 0 for an empty file), or send it in chunks")
    static let stopping = WebRefusal(.serviceUnavailable, "the server is being stopped: come again", retryAfter: 10)
    static let tooSlow = WebRefusal(.requestTimeout, "the request came too slowly, or not at all, for too long")
    static let notFound = WebRefusal(
        .notFound, "there is nothing here; files are uploaded by PUT /files/NAME, POST /upload, or tus at /tus/")

    /// - Parameter methods: that the target has.
    static func methodNotAllowed(_ methods: [Method]) -> WebRefusal {
        let names = methods.filter { $0 != .options }.map(\.description).joined(separator: " and ")
        // In the words of the Dropzone-backup server.
        var refusal = WebRefusal(.methodNotAllowed, "Method Not Allowed - only \(names) methods are supported.")
        refusal.fields.set(.allow, methods.asList)
        return refusal
    }
}

extension WebRefusal {
    /// The client learns that the storage failed, not how the server's disk is laid out; the log has the rest.
    init(_ error: VaultError) {
        switch error {
        case .nameTaken, .taken, .takenOver: self.init(.conflict, error.description)
        case .elsewhere, .apart, .denied:
            self.init(.internalServerError, "the server's admin must act: its log says what to do")
        case .nameUnusable: self.init(.unprocessableContent, error.description)
        case .away:
            self.init(.serviceUnavailable, "the server's storage isn't where it should be", retryAfter: 60)
        case .digestMismatch: self.init(.badRequest, error.description)
        case .full: self.init(.insufficientStorage, "the server's storage has no room", retryAfter: 300)
        case .tooLarge, .overLimit: self.init(.contentTooLarge, error.description)
        case .quotaExceeded: self.init(.insufficientStorage, error.description)
        case .beingStored:
            self.init(.serviceUnavailable, "the upload is being stored, and that takes long: ask again", retryAfter: 10)
        case .askedTooOften, .counting, .busy, .alreadyCommitted:
            self.init(.serviceUnavailable, "the server is busy: come again", retryAfter: 30)
        case .readBackDiffers, .failed, .unnamed:
            self.init(.internalServerError, "the server's storage failed: nothing is stored", retryAfter: 300)
        }
        endsUpload = !error.leavesDurablePart
    }
}

extension Membership {
    /// What a request is answered whose connection is to end.
    var refusalToGoOn: WebRefusal { hasLostUpload ? WebRefusal(VaultError.takenOver) : .stopping }
}
