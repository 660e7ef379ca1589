import Connections
import Domain
import Events
import HTTP
import Logins
import Platform
import Receipts
import Storage
import Synchronization
import Transport

/// One file on its way into the storage, whichever way it came.
struct WebUpload {
    private let uploader: Uploader
    private let home: Home
    /// In the user's folder.
    private let path: RemotePath
    private let id = UploadID.random()
    /// Where it came by a link.
    private let mark: DropMark?
    private let partial: PartialUpload
    private let slot: UploadSlots.Slot
    private let begun = Instant.now
    private let size: UInt64?
    private let received = ByteTally()
    /// Of somebody without an account.
    private let allowance: DropAllowance?

    /// - Parameters:
    ///   - path: as its client names it.
    ///   - size: bytes; nil: its end will show it.
    ///   - modified: nil: it is as old as its upload.
    init(
        to path: RemotePath, in home: Home, size: UInt64?, modified: FileTime?, by uploader: Uploader
    ) throws(WebRefusal) {
        let services = uploader.services
        (self.uploader, self.home, self.size) = (uploader, home, size)
        let (path, mark) = try uploader.place(of: path, in: home)
        (self.path, self.mark) = (path, mark)
        allowance = try uploader.rules.drops?.begin(in: home.user, size: size, from: uploader.peer.address.group)
        slot = try uploader.takeSlot(for: home.user)
        try uploader.pass?.link?.claim(id, size ?? 0, isKept: false)
        let file = OfferedFile(
            user: home.user, path: path, id: id, size: size,
            modified: modified ?? FileTime(seconds: currentUnixTime(), nanoseconds: 0))
        do throws(VaultError) {
            partial = try services.vault.begin(file, isFresh: true) { file, offset in
                services.report(.reclaimed(file, offset: offset))
            }
        } catch {
            uploader.pass?.link?.end(id)
            throw services.refuse(path, error, uploader.peer)
        }
    }

    func append(_ bytes: RawSpan) throws(WebRefusal) {
        try allowance?.take(UInt64(bytes.byteCount))
        if let bounds {
            try bounds.requireGood()
            try bounds.claim(id, max(size ?? 0, received.add(bytes.byteCount)), isKept: false)
        }
        partial.append(bytes)
        if let failure = partial.failure { throw uploader.services.refuse(path, failure, uploader.peer) }
    }

    /// Nobody goes on with it: it has no name by which anybody could.
    func discard() {
        partial.discard()
        bounds?.end(id)
    }

    private var bounds: LinkBounds? { uploader.pass?.link }

    /// All has come: stores it.
    ///
    /// - Parameters:
    ///   - digest: what its client says it sent, if it says so.
    ///   - needsOwnName: whether it is stored under its own name or not at all.
    func finish(_ digest: ContentDigest?, needsOwnName: Bool) throws(WebRefusal) -> StoredFile {
        defer { bounds?.end(id) }
        let commit = try commit(digest, needsOwnName: needsOwnName)
        try count(commit.size)
        do throws(VaultError) {
            guard let result = uploader.services.vault.commit([commit]).first else { throw .takenOver }
            return try uploader.noteStored(try result.get(), offered: path, mark, since: begun, home)
        } catch {
            bounds?.takeBack(commit.size)
            throw failed(error)
        }
    }

    private func commit(_ digest: ContentDigest?, needsOwnName: Bool) throws(WebRefusal) -> PendingCommit {
        do throws(VaultError) {
            var commit = try PendingCommit(received: partial)
            if let digest, digest != commit.digest { throw .digestMismatch }
            commit.needsOwnName = needsOwnName
            return commit
        } catch {
            throw failed(error)
        }
    }

    private func count(_ bytes: UInt64) throws(WebRefusal) {
        do throws(WebRefusal) {
            try bounds?.count(bytes)
        } catch {
            discard()
            throw error
        }
    }

    private func failed(_ error: VaultError) -> WebRefusal {
        discard()
        return uploader.services.refuse(path, error, uploader.peer)
    }
}

/// Counts bytes.
private final class ByteTally: Sendable {
    private let bytes = Atomic<UInt64>(0)

    /// - Returns: how many there are by now.
    func add(_ count: Int) -> UInt64 { bytes.wrappingAdd(UInt64(count), ordering: .relaxed).newValue }
}
