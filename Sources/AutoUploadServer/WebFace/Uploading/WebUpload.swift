import Connections
import Domain
import Events
import HTTP
import Logins
import Platform
import Receipts
import Storage
import Transport

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
    /// Of somebody without an account.
    private let allowance: DropAllowance?

    /// - Parameters:
    ///   - path: as its client names it.
    ///   - size: bytes; nil: its end will show it.
    ///   - modified: nil: it is as old as its upload.
    init(
        to path: RemotePath, in home: Home, size: UInt64?, modified: FileTime?, _ services: Services,
        _ rules: WebRules, _ peer: ServerEvent.Peer
    ) throws(WebRefusal) {
        (self.services, self.peer, self.home) = (services, peer, home)
        let path = try home.webPlace(of: path)
        self.path = path
        allowance = try rules.drops?.begin(in: home.user, size: size, from: peer.address.group)
        slot = try services.takeSlot(for: home.user)
        let file = OfferedFile(
            user: home.user, path: path, id: .random(), size: size,
            modified: modified ?? FileTime(seconds: currentUnixTime(), nanoseconds: 0))
        do throws(VaultError) {
            partial = try services.vault.begin(file, isFresh: true) { file, offset in
                services.report(.reclaimed(file, offset: offset))
            }
        } catch {
            throw services.refuse(path, error, peer)
        }
    }

    func append(_ bytes: RawSpan) throws(WebRefusal) {
        try allowance?.take(UInt64(bytes.byteCount))
        partial.append(bytes)
        if let failure = partial.failure { throw services.refuse(path, failure, peer) }
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
            return try services.noteStored(try result.get(), offered: path, since: begun, home, peer)
        } catch {
            discard()
            throw services.refuse(path, error, peer)
        }
    }
}
