internal import Ciphers
internal import HTTP
package import Logins
internal import Platform
package import S3
internal import S3Client
internal import SQLite

/// What Fine Uploader S3 asks to have signed: steps of uploads of several parts, in the words of version 4 or 2.
extension DirectUploads {
    package enum Version: Sendable {
        case v2, v4
    }

    /// - Parameter text: the string to sign, of version 4 with the canonical request in the place of its digest.
    /// - Returns: the signature, and what was allowed by it, for the log.
    package func sign(
        _ text: String, _ version: Version, for home: Home
    ) throws(DirectRefusal) -> (signature: String, step: UploadStep, key: ObjectKey) {
        let request: ProposedRequest
        do throws(ProposedRequest.Flaw) {
            request =
                version == .v4
                ? try ProposedRequest(v4: text, to: rules.bucket) : try ProposedRequest(v2: text, to: rules.bucket)
        } catch {
            throw DirectRefusal(.malformed, "this isn't signed here: \(error.text)")
        }
        guard keys(of: home).path(of: request.key) != nil else { throw .notOwn }
        try checkTime(of: request)
        try checkHeaders(of: request)
        try allow(request, for: home)
        return (try signature(of: request), request.step, request.key)
    }

    /// Only from what was written anew here.
    private func signature(of request: ProposedRequest) throws(DirectRefusal) -> String {
        do throws(CipherFailure) {
            switch request.form {
            case .v4(let canonical, let time):
                let signature = SignatureV4(rules.credentials, region: rules.bucket.region, at: time)
                return try signature.signature(of: canonical)
            case .v2(let own, _): return try SignatureV2(rules.credentials).signature(of: own)
            }
        } catch {
            throw DirectRefusal(.failed, error.description)
        }
    }

    private func checkTime(of request: ProposedRequest) throws(DirectRefusal) {
        switch request.form {
        case .v4(_, let time): try checkTime(time.unixTime)
        case .v2(_, let date):
            guard let date = HTTPDate(Array(date.utf8)) else {
                throw DirectRefusal(.malformed, "x-amz-date isn't a date of HTTP")
            }
            try checkTime(date.seconds)
        }
    }

    /// What is signed ahead would be good for longer, and what is late is refused by the engine with words that say less.
    func checkTime(_ time: Int64) throws(DirectRefusal) {
        let late = now() - time
        guard abs(late) <= DirectRules.patience else {
            throw DirectRefusal(
                .forbidden, "the clock of this device is wrong by \(abs(late)) seconds: set it, and try again")
        }
    }
}

// MARK: - Headers

extension DirectUploads {
    private static let mostMetadata = 2048

    private func checkHeaders(of request: ProposedRequest) throws(DirectRefusal) {
        if case .v2(let own, _) = request.form {
            let isDigest = own.contentMD5.isEmpty || own.contentMD5.utf8.count == 24
            guard isDigest, own.contentType.utf8.count <= 255 else {
                throw DirectRefusal(.malformed, "its Content-MD5 or Content-Type is none")
            }
        }
        guard request.step == .initiate else {
            guard let header = request.headers.first else { return }
            throw DirectRefusal(.forbidden, "the header \(header.name) doesn't belong to a step of an upload")
        }
        for header in request.headers { try Self.check(header.name, header.value) }
        guard request.headers.reduce(0, { $0 + $1.name.utf8.count + $1.value.utf8.count }) <= Self.mostMetadata else {
            throw DirectRefusal(.tooLarge, "its headers are longer than \(Self.mostMetadata) bytes together")
        }
    }

    /// Of what may be said of a new object: nothing that lets others read it, takes it from elsewhere, or sends anybody anywhere.
    static func check(_ name: String, _ value: String) throws(DirectRefusal) {
        let isFine =
            switch name.lowercased() {
            case "x-amz-acl", "acl": value == "private"
            case "x-amz-server-side-encryption": value == "AES256"
            case "content-type": value.utf8.count <= 255
            case let name: name.hasPrefix("x-amz-meta-")
            }
        guard isFine else {
            throw DirectRefusal(.forbidden, "the field \(name.prefix(64)) isn't allowed with this value")
        }
    }
}

// MARK: - States

extension DirectUploads {
    private func allow(_ request: ProposedRequest, for home: Home) throws(DirectRefusal) {
        switch request.step {
        case .initiate: try begin(request.key, for: home)
        case .part(let number, let token): try allowPart(number, of: token, request, for: home)
        case .complete(let token): try allowCompletion(of: token, request.key, for: home)
        case .abort(let token):
            let upload = try known(token, request.key, for: home)
            // One whose completion was signed may be an object by now: that is for the engine to tell.
            if upload.state == .open {
                try book.change { connection throws(SQLiteError) in try connection.removeUpload(upload.id) }
            }
        }
    }

    /// Notes that a user begins to send to a key, where there is nothing yet.
    func begin(_ key: ObjectKey, for home: Home) throws(DirectRefusal) {
        let known = try book.change { connection throws(SQLiteError) in try connection.upload(of: key) }
        // A repeat, whose answer may have been lost, finds what it has sent itself.
        let isRepeat = known.map { $0.user == home.user.bytes && $0.state != .stored } ?? false
        if !isRepeat, try ask({ engine throws(BucketError) in try engine.facts(of: key) }) != nil { throw .taken }
        let upload = NotedUpload(
            id: Self.randomID(), user: home.user.bytes, key: key, token: nil, dialect: .fineUploader, state: .open,
            size: nil, part: nil)
        let time = now()
        let isTaken = try book.change { connection throws(SQLiteError) in
            let known = try connection.upload(of: key)
            // The page's own uploads aren't pushed aside; what was stored, and isn't there any more, makes way.
            if let known, known.user != home.user.bytes || known.dialect == .page && known.state != .stored {
                return true
            }
            let open = try connection.openCount(of: home.user)
            if known == nil, open >= Int64(DirectRules.mostOpen) { return true }
            try connection.note(upload, at: time)
            return false
        }
        if isTaken {
            throw DirectRefusal(.tooMany, "this key is being sent to already, or too many uploads are unfinished")
        }
    }

    private func allowPart(
        _ number: Int, of token: UploadToken, _ request: ProposedRequest, for home: Home
    ) throws(DirectRefusal) {
        let upload = try known(token, request.key, for: home)
        guard upload.state == .open else { throw .notBegun }
        let time = now()
        try book.change { connection throws(SQLiteError) in try connection.touch(upload.id, at: time) }
    }

    /// What is completed can't be larger than may be: the engine says what it has.
    private func allowCompletion(
        of token: UploadToken, _ key: ObjectKey, for home: Home
    ) throws(DirectRefusal) {
        let upload = try known(token, key, for: home)
        if upload.state == .open {
            guard let parts = try ask({ engine throws(BucketError) in try engine.parts(of: token, key) }) else {
                throw .notBegun
            }
            guard parts.reduce(UInt64(0), { $0 &+ min($1.size, 1 << 40) }) <= rules.largest else {
                throw DirectRefusal(.tooLarge, "the parts are larger together than may be")
            }
            if try ask({ engine throws(BucketError) in try engine.facts(of: key) }) != nil { throw .taken }
        }
        let time = now()
        try book.change { connection throws(SQLiteError) in try connection.set(.completing, of: upload.id, at: time) }
    }

    /// The upload that a token is of. The engine has given it to the browser: at first sight it is asked whether there is such an upload of this key.
    private func known(_ token: UploadToken, _ key: ObjectKey, for home: Home) throws(DirectRefusal) -> NotedUpload {
        let upload = try open(key, of: home)
        guard upload.dialect == .fineUploader else { throw .notBegun }
        if let known = upload.token {
            guard known == token else { throw .notBegun }
            return upload
        }
        guard try ask({ engine throws(BucketError) in try engine.parts(of: token, key) }) != nil else {
            throw .notBegun
        }
        let time = now()
        try book.change { connection throws(SQLiteError) in try connection.set(token, of: upload.id, at: time) }
        return upload
    }
}
