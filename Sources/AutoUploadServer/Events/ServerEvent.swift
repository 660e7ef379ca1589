package import Domain
package import Platform
package import Storage
package import Transport

/// Something that happened, as a value. A line of log is one view of it.
package enum ServerEvent {
    /// The public part of the key that receipts are signed with.
    case receiptKey(ReceiptKey)
    case listening(SocketAddress, isPlain: Bool)
    /// Measurements can be read there.
    case measured(SocketAddress)
    case connected(SocketAddress)
    case loggedIn(Peer, protection: String)
    /// The reason is for the admin: it may say what the client mustn't know.
    case loginDenied(Peer, Refusal, reason: String?)
    /// At the admin site.
    case loggedOut(Peer)
    /// So many bytes of a stored file were sent, from a place on.
    case downloaded(Peer, owner: FileName, path: RemotePath, from: UInt64, bytes: UInt64)
    case linkMade(Peer, id: String, owner: FileName, path: [UInt8])
    case linkRevoked(Peer, id: String, owner: FileName, path: [UInt8])
    /// Without a peer: at this machine's console.
    case deleted(Peer?, owner: FileName, DeletedFile)
    case restored(Peer?, owner: FileName, RestoredFile)
    /// A file was removed from the trash for good; without a peer: its time has come.
    case purged(Peer?, owner: FileName, DeletedFile, TrashBatch)
    /// A file went to the trash by itself, or is gone; stored: Unix seconds.
    case cleared(owner: FileName, DeletedFile, stored: Int64, reason: String)
    /// Something was set for a user at the admin site.
    case userChanged(Peer, name: String, change: String)
    case stored(Peer, Stored, offered: RemotePath, seconds: Double)
    case found(Peer, Stored)
    /// An object that its sender has put into the bucket, by the engine's own word.
    case sentToBucket(Peer, key: String, bytes: UInt64)
    case removedFromBucket(Peer, key: String)
    /// What was asked for isn't the asker's, or the engine doesn't do it.
    case bucketRefusal(Peer, reason: String)
    /// The reason is for the admin: it may say what the client needn't know.
    case refused(Peer, path: [UInt8], Refusal, reason: String?)
    /// So many lines of a minute weren't told.
    case untold(LineAllowance.Untold)
    /// An upload goes on behind what was durable of it.
    case resumed(Peer, path: RemotePath, offset: UInt64)
    /// An upload that broke off is kept for its client to come back.
    case parked(Peer, path: RemotePath, offset: UInt64)
    /// Its client didn't.
    case expired(OfferedFile, offset: UInt64)
    /// It made room for another upload of the same user.
    case reclaimed(OfferedFile, offset: UInt64)
    case closed(Peer, reason: String, received: UInt64, seconds: Double)
    /// Somebody who doesn't speak our protocol, or can't.
    case stranger(SocketAddress, reason: String)
    case full(SocketAddress, reason: String)
    /// Another certificate counts for new connections.
    case certificateTaken(CertificateSummary?, file: String)
    /// The certificate ends soon; nil days: it has ended.
    case certificateExpires(CertificateSummary, days: Int64?, file: String)
    /// The storage folder's path leads elsewhere; nil: it leads back.
    case storageAway(path: String, Displacement?)
    /// Another storage is served, in the place of the one that was open.
    case storageOpened(path: String)
    case warning(String)
    /// The configuration was read anew: options that count from now on, and those that have changed and don't.
    case reloaded([String], atNextStart: [String])
    case notReloaded(String)
    case stopping
    case stopped(stored: UInt64)

    /// By which way in something came.
    package enum Face: String, CaseIterable, Sendable {
        case device, web, console
    }

    /// Who is at the other end.
    package struct Peer {
        package let address: SocketAddress
        /// As it came, until the login was granted.
        package var user: String?
        /// Who has logged in.
        package var account: FileName?
        package let face: Face

        package init(
            address: SocketAddress, user: String? = nil, account: FileName? = nil, by face: Face = .device
        ) {
            (self.address, self.user, self.account, self.face) = (address, user, account, face)
        }

        /// Whose files they are, where that isn't who sends them.
        package var otherAccount: FileName? { account.flatMap { $0.description == user ? nil : $0 } }
    }

    /// Who decides how many of them there are.
    package enum Cause {
        /// The server itself; or a client, but at the cost of a file that is stored, or kept for an hour.
        case server
        case user(FileName)
        case stranger(SocketAddress)
        /// That it ends is told also where either floods: the user with offers, or others of the network with connections.
        case connection(of: FileName, SocketAddress)
    }

    package var cause: Cause {
        switch self {
        case .connected(let address), .stranger(let address, _): .stranger(address)
        case .closed(let peer, _, _, _):
            peer.account.map { .connection(of: $0, peer.address) } ?? .stranger(peer.address)
        case .loggedIn(let peer, _), .loginDenied(let peer, _, _), .loggedOut(let peer),
            .downloaded(let peer, _, _, _, _), .userChanged(let peer, _, _), .linkMade(let peer, _, _, _),
            .linkRevoked(let peer, _, _, _),
            .found(let peer, _), .refused(let peer, _, _, _), .bucketRefusal(let peer, _),
            .resumed(let peer, _, _), .parked(let peer, _, _):
            peer.account.map(Cause.user) ?? .stranger(peer.address)
        // Of what an admin deletes, or has back, each file is told.
        default: .server
        }
    }
}

extension ServerEvent {
    package var logLine: LogLine {
        switch self {
        case .receiptKey(let key): LogLine("receipt-key", ("key", key.description))
        case .listening(let address, let isPlain):
            isPlain
                ? LogLine("listening", ("address", address.description), ("plain", "http"))
                : line("listening", address: address)
        case .measured(let address): line("metrics", address: address)
        case .connected(let address): line("connect", address: address)
        case .loggedIn(let peer, let protection): line("login", peer) { $0.add("protection", protection) }
        case .loginDenied(let peer, let refusal, let reason):
            line("login-denied", peer, .warning) {
                $0.add(refusal)
                if let reason { $0.add("reason", reason) }
            }
        case .loggedOut(let peer): line("logout", peer) { _ in }
        case .downloaded(let peer, let owner, let path, let offset, let bytes):
            line("downloaded", peer) {
                $0.add("of", owner.description)
                $0.add("path", bytes: path.bytes)
                if offset > 0 { $0.add("offset", offset) }
                $0.add("bytes", bytes)
            }
        case .deleted(let peer, let owner, let file):
            line("deleted", peer) {
                $0.add(owner, file.path.bytes)
                $0.add("bytes", file.size)
                if file.batch == nil { $0.add("trash", "no") }
            }
        case .restored(let peer, let owner, let file):
            line("restored", peer) {
                $0.add(owner, file.path.bytes)
                if file.path != file.deleted.path { $0.add("deleted", bytes: file.deleted.path.bytes) }
            }
        case .purged(let peer, let owner, let file, _):
            line("purged", peer) {
                $0.add(owner, file.path.bytes)
                $0.add("bytes", file.size)
            }
        case .cleared(let owner, let file, let stored, let reason):
            LogLine(cleared: file, of: owner, stored, reason)
        case .userChanged(let peer, let name, let change):
            line("user-changed", peer) {
                $0.add("name", name)
                $0.add("change", change)
            }
        case .linkMade(let peer, _, let owner, let path): line("link-made", peer) { $0.add(owner, path) }
        case .linkRevoked(let peer, _, let owner, let path): line("link-revoked", peer) { $0.add(owner, path) }
        case .stored(let peer, let stored, let offered, let seconds):
            line(stored.wasThere ? "already-there" : "stored", peer) {
                if let owner = peer.otherAccount { $0.add("of", owner.description) }
                $0.add(stored)
                if stored.path != offered { $0.add("offered", bytes: offered.bytes) }
                $0.add("seconds", seconds: seconds)
            }
        case .found(let peer, let stored): line("present", peer) { $0.add(stored) }
        case .sentToBucket(let peer, let key, let bytes):
            line("sent-to-bucket", peer) {
                $0.add("key", key)
                $0.add("bytes", bytes)
            }
        case .bucketRefusal(let peer, let reason): line("bucket-refused", peer, .warning) { $0.add("reason", reason) }
        case .removedFromBucket(let peer, let key): line("removed-from-bucket", peer) { $0.add("key", key) }
        case .refused(let peer, let path, let refusal, let reason):
            line("refused", peer, refusal.status == .absent ? .info : .warning) {
                $0.add("path", bytes: path)
                $0.add(refusal)
                if let reason, reason != refusal.text { $0.add("reason", reason) }
            }
        case .untold(let untold): LogLine(untold)
        case .resumed(let peer, let path, let offset): line("resumed", peer) { $0.add(path, offset) }
        case .parked(let peer, let path, let offset): line("parked", peer) { $0.add(path, offset) }
        case .expired(let file, let offset): LogLine("expired", file, offset)
        case .reclaimed(let file, let offset): LogLine("reclaimed", file, offset)
        case .closed(let peer, let reason, let received, let seconds):
            line("closed", peer) {
                $0.add("reason", reason)
                $0.add("bytes", received)
                $0.add("seconds", seconds: seconds)
            }
        case .stranger(let address, let reason):
            line("refused", Peer(address: address), .warning) { $0.add("reason", reason) }
        case .full(let address, let reason):
            line("refused", Peer(address: address), .warning) { $0.add("reason", reason) }
        case .certificateTaken(let certificate, let file): LogLine("certificate", .info, certificate, file: file)
        case .certificateExpires(let certificate, let days, let file):
            LogLine(
                days == nil ? "certificate-expired" : "certificate-expires", .warning, days: days, certificate,
                file: file)
        case .storageAway(let path, let displacement):
            line(displacement == nil ? "storage-back" : "storage-away", path, displacement)
        case .storageOpened(let path): line("storage-opened", path, nil)
        case .warning(let text): LogLine("note", level: .warning, ("text", text))
        case .reloaded(let taken, let later): LogLine(reloaded: taken, later)
        case .notReloaded(let reason): LogLine("not-reloaded", level: .error, ("reason", reason))
        case .stopping: LogLine("stopping")
        case .stopped(let stored): LogLine("stopped", ("stored", String(stored)))
        }
    }

    private func line(_ event: String, _ path: String, _ displacement: Displacement?) -> LogLine {
        var line = LogLine(event, level: displacement == nil ? .info : .error)
        line.add("path", path)
        if let displacement { line.add("text", displacement.description) }
        return line
    }

    private func line(_ event: String, address: SocketAddress) -> LogLine {
        LogLine(event, ("address", address.description))
    }

    private func line(
        _ event: String, _ peer: Peer?, _ level: LogLevel = .info, _ add: (inout LogLine) -> Void
    ) -> LogLine {
        var line = LogLine(event, level: level)
        if let user = peer?.user { line.add("user", user) }
        if let peer { line.add("address", peer.address.description) }
        add(&line)
        return line
    }
}

extension LogLine {
    fileprivate init(_ untold: LineAllowance.Untold) {
        self.init("untold", level: .warning)
        if case .user(let user) = untold.source { add("user", user.description) }
        if let address = untold.address { add("address", address.description) }
        add("lines", Int64(untold.count))
    }

    fileprivate init(cleared file: DeletedFile, of owner: FileName, _ stored: Int64, _ reason: String) {
        self.init("cleared")
        add(owner, file.path.bytes)
        add("bytes", file.size)
        add("stored", utcText(stored))
        add("reason", reason)
        if file.batch == nil { add("trash", "no") }
    }

    fileprivate init(reloaded taken: [String], _ later: [String]) {
        self.init("reloaded", level: later.isEmpty ? .info : .warning)
        if !taken.isEmpty { add("options", taken.joined(separator: " ")) }
        if !later.isEmpty { add("at-next-start", later.joined(separator: " ")) }
    }

    fileprivate init(_ event: String, level: LogLevel = .info, _ fields: (key: String, value: String)...) {
        self.init(event, level: level)
        for field in fields { add(field.key, field.value) }
    }

    fileprivate init(_ event: String, _ file: OfferedFile, _ offset: UInt64) {
        self.init(event, ("user", file.user.description))
        add(file.path, offset)
    }

    fileprivate init(
        _ event: String, _ level: LogLevel, days: Int64? = nil, _ certificate: CertificateSummary?, file: String
    ) {
        self.init(event, level: level)
        if let days { add("days", days) }
        if let certificate {
            add("subject", certificate.subject)
            add("end", utcText(certificate.end))
        }
        add("file", file)
    }

    fileprivate mutating func add(_ refusal: Refusal) {
        add("status", refusal.status.name)
        add("text", refusal.text)
    }

    fileprivate mutating func add(_ path: RemotePath, _ offset: UInt64) {
        add("path", bytes: path.bytes)
        add("offset", offset)
    }

    /// Not the link itself: who reads the log could use it.
    fileprivate mutating func add(_ owner: FileName, _ path: [UInt8]) {
        add("of", owner.description)
        add("path", bytes: path)
    }

    fileprivate mutating func add(_ stored: Stored) {
        add("path", bytes: stored.path.bytes)
        add("bytes", stored.size)
        add("sha256", stored.digest.description)
    }
}
