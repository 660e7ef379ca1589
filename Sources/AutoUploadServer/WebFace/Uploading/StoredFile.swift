import Connections
import Domain
import Events
import HTTP
import Logins
import Platform
import Receipts
import Storage

/// What a client is told of a file that is stored.
struct StoredFile {
    let stored: Stored
    let receipt: Receipt
}

extension Services {
    /// A file was stored for a web client: the log is told, and the client gets a receipt.
    func noteStored(
        _ stored: Stored, offered path: RemotePath, since begun: Instant, _ home: Home, _ peer: ServerEvent.Peer
    ) throws(VaultError) -> StoredFile {
        registry.countStored()
        report(.stored(peer, stored, offered: path, seconds: Instant.now.seconds(since: begun)))
        return try receipted(stored, home, peer)
    }

    /// Makes a receipt for what is stored.
    func receipted(_ stored: Stored, _ home: Home, _ peer: ServerEvent.Peer) throws(VaultError) -> StoredFile {
        let stored = stored.named(by: home)
        guard let user = peer.user,
            let receipt = receipts.receipts(for: [stored], of: user, at: currentUnixTime())?.first
        else { throw .busy(SystemError("sign a receipt", errno: .noMemory)) }
        return StoredFile(stored: stored, receipt: receipt)
    }

    /// The client is told what it can act on, the log why.
    func refuse(_ path: RemotePath, _ error: VaultError, _ peer: ServerEvent.Peer) -> WebRefusal {
        report(.refused(peer, path: path.bytes, error.refusal, reason: error.description))
        return WebRefusal(error)
    }

    /// What fails is told as by `refuse`.
    func withStorage<R: ~Copyable>(
        _ path: RemotePath, _ peer: ServerEvent.Peer, _ body: (Vault) throws(VaultError) -> R
    ) throws(WebRefusal) -> R {
        do throws(VaultError) {
            return try body(vault)
        } catch {
            throw refuse(path, error, peer)
        }
    }

    /// A place for an upload of a web client.
    func takeSlot(for user: FileName) throws(WebRefusal) -> UploadSlots.Slot {
        switch slots.take(for: user) {
        case .success(let slot): return slot
        case .failure: throw WebRefusal(.serviceUnavailable, "too many uploads at a time", retryAfter: 30)
        }
    }
}

extension Home {
    /// - Parameter path: as the client names it.
    func webPlace(of path: RemotePath) throws(WebRefusal) -> RemotePath {
        do throws(RemotePath.Flaw) {
            return try place(of: path)
        } catch {
            throw WebRefusal(
                .badRequest, "no file can be stored under this path: with the user's prefix before it, \(error)")
        }
    }
}

extension UploadID {
    /// One that nobody can guess.
    static func random() -> UploadID {
        UploadID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    }
}
