import Domain
import HTTP
import Platform
import Transport
import Wire

/// One file on its way into the storage, whichever way it came.
struct WebUpload {
    private let services: Services
    private let peer: ServerEvent.Peer
    private let home: Home
    /// In the user's folder.
    private let path: RemotePath
    private let partial: PartialUpload
    private let slot: UploadSlots.Slot
    private let begun = Instant.now

    /// - Parameters:
    ///   - path: as its client names it.
    ///   - size: bytes; nil: its end will show it.
    ///   - modified: nil: it is as old as its upload.
    init(
        to path: RemotePath, in home: Home, size: UInt64?, modified: FileTime?, _ services: Services,
        _ peer: ServerEvent.Peer
    ) throws(WebRefusal) {
        (self.services, self.peer, self.home) = (services, peer, home)
        let path = try Self.place(of: path, in: home)
        self.path = path
        switch services.slots.take(for: home.user) {
        case .success(let slot): self.slot = slot
        case .failure: throw WebRefusal(.serviceUnavailable, "too many uploads at a time", retryAfter: 30)
        }
        let file = OfferedFile(
            user: home.user, path: path, id: UploadID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)),
            size: size,
            modified: modified ?? FileTime(seconds: currentUnixTime(), nanoseconds: 0))
        do throws(VaultError) {
            partial = try services.vault.begin(file, isFresh: true) { file, offset in
                services.report(.reclaimed(file, offset: offset))
            }
        } catch {
            throw Self.refuse(path, error, services, peer)
        }
    }

    func append(_ bytes: RawSpan) throws(WebRefusal) {
        partial.append(bytes)
        if let failure = partial.failure { throw Self.refuse(path, failure, services, peer) }
    }

    /// Nobody goes on with it: it has no name by which anybody could.
    func discard() {
        partial.discard()
    }

    /// All has come: stores it.
    ///
    /// - Parameters:
    ///   - digest: what its client says it sent, if it says so.
    ///   - needsOwnName: whether it is stored under its own name or not at all.
    func finish(_ digest: ContentDigest?, needsOwnName: Bool) throws(WebRefusal) -> StoredFile {
        do throws(VaultError) {
            var commit = try PendingCommit(received: partial)
            if let digest, digest != commit.digest { throw .digestMismatch }
            commit.needsOwnName = needsOwnName
            guard let result = services.vault.commit([commit]).first else { throw .takenOver }
            let stored = try result.get()
            services.registry.countStored()
            services.report(.stored(peer, stored, offered: path, seconds: Instant.now.seconds(since: begun)))
            return try receipted(stored)
        } catch {
            discard()
            throw Self.refuse(path, error, services, peer)
        }
    }

    private static func place(of path: RemotePath, in home: Home) throws(WebRefusal) -> RemotePath {
        do throws(RemotePath.Flaw) {
            return try home.place(of: path)
        } catch {
            throw WebRefusal(
                .badRequest, "no file can be stored under this path: with the user's prefix before it, \(error)")
        }
    }

    private func receipted(_ stored: Stored) throws(VaultError) -> StoredFile {
        let stored = stored.named(by: home)
        guard let user = peer.user,
            let confirmation = services.receipts.confirmations(of: [stored], for: user, over: nil).first,
            let receipt = Receipt(confirmation, user: user, key: services.receipts.key)
        else { throw .busy(SystemError("sign a receipt", errno: .noMemory)) }
        return StoredFile(stored: stored, receipt: receipt)
    }

    /// The client is told what it can act on, the log why.
    private static func refuse(
        _ path: RemotePath, _ error: VaultError, _ services: Services, _ peer: ServerEvent.Peer
    ) -> WebRefusal {
        services.report(.refused(peer, path: path.bytes, error.refusal, reason: error.description))
        return WebRefusal(error)
    }
}

/// What a client is told of a file that is stored.
struct StoredFile {
    let stored: Stored
    let receipt: Receipt
}
