internal import Ciphers
package import Domain
internal import Encodings
package import Logins
internal import Platform
package import S3
internal import S3Client
internal import SQLite

/// What this server's own page asks for: here the server begins and completes uploads itself, knows their sizes, and signs each part for one
/// content only.
extension DirectUploads {
    /// An upload as its page sees it.
    package struct Standing: Hashable, Sendable {
        package let upload: NotedUpload
        /// Parts that the engine has, with the SHA-256 that they were signed for, in hexadecimal.
        package let parts: [Int: String]
        package let outcome: Outcome?
    }

    /// 32 hexadecimal digits that nobody guesses.
    static func randomID() -> String {
        var bytes: [UInt8] = []
        for _ in 0..<2 { bytes.writeInteger(UInt64.random(in: 0 ... .max)) }
        return hexadecimal(bytes)
    }

    private static let usualPart: UInt64 = 8 << 20

    /// Begins an upload. Where the key is taken, another with digits of its own is.
    ///
    /// - Parameters:
    ///   - size: bytes of the file.
    ///   - type: as the browser knows it; empty: it doesn't.
    package func beginPage(
        _ path: RemotePath, size: UInt64, type: String, for home: Home
    ) throws(DirectRefusal) -> Standing {
        guard size <= rules.largest else { throw DirectRefusal(.tooLarge, "the file is larger than may be") }
        guard type.utf8.count <= 255, type.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            throw DirectRefusal(.malformed, "the content's type is none")
        }
        let id = Self.randomID()
        let key = try freeKey(path, id, for: home)
        // Never more parts than an upload may have, in whole MiB.
        let least = size / UInt64(UploadStep.parts.upperBound - 1)
        let part = max(Self.usualPart, ((least >> 20) + 1) << 20)
        let token = try ask { engine throws(BucketError) in try engine.begin(key, type: type) }
        let upload = NotedUpload(
            id: id, user: home.user.bytes, key: key, token: token, dialect: .page, state: .open, size: size, part: part)
        let time = now()
        let isNoted: Bool
        do throws(DirectRefusal) {
            isNoted = try book.change { connection throws(SQLiteError) in
                // Somebody may have been quicker.
                let known = try connection.upload(of: key)
                guard known == nil || known?.state == .stored else { return false }
                try connection.note(upload, at: time)
                return true
            }
        } catch {
            giveUp(token, key)
            throw error
        }
        guard isNoted else {
            giveUp(token, key)
            throw DirectRefusal(.conflict, "another upload to this key has begun just now")
        }
        return Standing(upload: upload, parts: [:], outcome: nil)
    }

    private func giveUp(_ token: UploadToken, _ key: ObjectKey) {
        do throws(BucketError) { try engine.abort(token, key) } catch {
            // The sweep finds it.
        }
    }

    private func freeKey(_ path: RemotePath, _ id: String, for home: Home) throws(DirectRefusal) -> ObjectKey {
        let open = try book.change { connection throws(SQLiteError) in try connection.openCount(of: home.user) }
        guard open < Int64(DirectRules.mostOpen) else {
            throw DirectRefusal(.tooMany, "too many of your uploads are unfinished")
        }
        for mark in ["", String(id.prefix(16))] {
            guard let key = keys(of: home).key(of: mark.isEmpty ? path : path.marked(mark)) else {
                throw DirectRefusal(.malformed, "no object can have this name")
            }
            let known = try book.change { connection throws(SQLiteError) in try connection.upload(of: key) }
            if let known, known.state != .stored { continue }
            if try ask({ engine throws(BucketError) in try engine.facts(of: key) }) == nil { return key }
        }
        throw DirectRefusal.taken
    }

    /// - Parameter id: as the page was told.
    package func standing(_ id: String, for home: Home) throws(DirectRefusal) -> Standing {
        let upload = try pageUpload(id, for: home)
        if upload.state == .stored { return Standing(upload: upload, parts: [:], outcome: try settle(upload)) }
        let (signed, there) = (try signedParts(of: upload), try partsThere(of: upload))
        var parts: [Int: String] = [:]
        for part in there {
            // What has another size than was signed for isn't what was sent.
            if let known = signed[part.number], known.size == part.size {
                parts[part.number] = hexadecimal(known.digest)
            }
        }
        return Standing(upload: upload, parts: parts, outcome: nil)
    }

    private func pageUpload(_ id: String, for home: Home) throws(DirectRefusal) -> NotedUpload {
        let time = now()
        let upload = try book.change { connection throws(SQLiteError) -> NotedUpload? in
            try connection.touch(id, at: time)
            return try connection.upload(id)
        }
        guard let upload, upload.user == home.user.bytes, upload.dialect == .page else { throw .notBegun }
        return upload
    }

    private func signedParts(
        of upload: NotedUpload
    ) throws(DirectRefusal) -> [Int: (size: UInt64, digest: [UInt8])] {
        try book.change { connection throws(SQLiteError) in try connection.signedParts(of: upload.id) }
    }

    private func partsThere(of upload: NotedUpload) throws(DirectRefusal) -> [UploadedPart] {
        guard let token = upload.token,
            let parts = try ask({ engine throws(BucketError) in try engine.parts(of: token, upload.key) })
        else {
            try book.change { connection throws(SQLiteError) in try connection.removeUpload(upload.id) }
            throw .notBegun
        }
        return parts
    }
}

// MARK: - Parts, and the end

extension DirectUploads {
    /// What sends one part: signed for this content and no other.
    ///
    /// - Parameter digest: its SHA-256.
    package func signPart(
        _ number: Int, size: UInt64, digest: [UInt8], of id: String, for home: Home
    ) throws(DirectRefusal) -> S3Request.Signed {
        let upload = try pageUpload(id, for: home)
        guard upload.state == .open, let token = upload.token else { throw .notBegun }
        guard digest.count == 32, upload.size(ofPart: number) == size else {
            throw DirectRefusal(.malformed, "this part has another number or size")
        }
        let isSame = try book.change { connection throws(SQLiteError) in
            try connection.notePart(number, of: id, size: size, digest: digest)
        }
        guard isSame else {
            throw DirectRefusal(
                .conflict, "this part was signed with another content: the file has changed, begin anew")
        }
        let step = UploadStep.part(number: number, upload: token)
        var request = S3Request(step.method, upload.key)
        (request.query, request.payload) = (step.query, hexadecimal(digest))
        do {
            return try request.signed(by: rules.credentials, for: rules.bucket, at: SigningTime(now()))
        } catch {
            throw DirectRefusal(.failed, error.description)
        }
    }

    /// Makes the object of its parts, and looks what came of it.
    package func complete(_ id: String, for home: Home) throws(DirectRefusal) -> Outcome {
        let upload = try pageUpload(id, for: home)
        if upload.state == .stored { return try settle(upload) }
        guard let token = upload.token else { throw .notBegun }
        if upload.state == .open { try checkParts(of: upload) }
        let time = now()
        try book.change { connection throws(SQLiteError) in try connection.set(.completing, of: id, at: time) }
        do throws(BucketError) {
            // Of a completion whose answer was lost the engine may know nothing any more, and the object is there.
            if let parts = try engine.parts(of: token, upload.key) { try engine.complete(token, upload.key, parts) }
        } catch {
            if case .refused(404, _) = error {} else { throw DirectRefusal(error) }
        }
        return try settle(upload)
    }

    private func checkParts(of upload: NotedUpload) throws(DirectRefusal) {
        let (signed, there) = (try signedParts(of: upload), try partsThere(of: upload))
        let isWhole =
            there.map(\.number) == Array(1...max(1, upload.partCount))
            && there.allSatisfy { $0.size == upload.size(ofPart: $0.number) && signed[$0.number]?.size == $0.size }
        guard isWhole else { throw DirectRefusal(.conflict, "parts are missing, or aren't what was signed") }
        // Nothing is replaced, as far as one can look; completing can't be asked to see to it.
        if try ask({ engine throws(BucketError) in try engine.facts(of: upload.key) }) != nil { throw .taken }
    }

    /// Gives an upload up.
    package func abandon(_ id: String, for home: Home) throws(DirectRefusal) {
        let upload = try pageUpload(id, for: home)
        guard upload.state == .open else { throw DirectRefusal(.conflict, "it is stored, or about to be") }
        if let token = upload.token { try ask { engine throws(BucketError) in try engine.abort(token, upload.key) } }
        try book.change { connection throws(SQLiteError) in try connection.removeUpload(id) }
    }
}

extension RemotePath {
    /// With digits before the ending of its last name.
    fileprivate func marked(_ mark: String) -> RemotePath {
        var names = components
        guard let last = names.popLast() else { return self }
        let dot = UInt8(ascii: ".")
        let end = last.lastIndex(of: dot).flatMap { $0 > 0 ? $0 : nil } ?? last.endIndex
        names.append(last[..<end] + [dot] + Array(mark.utf8) + last[end...])
        return (try? RemotePath(components: names)) ?? self
    }
}
