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
    /// What stands before its place on this server.
    var base = ""
}

extension Uploader {
    /// A file was stored for a web client: the log is told, and the client gets a receipt.
    ///
    /// - Parameters:
    ///   - place: where it was to be, in the user's folder.
    ///   - mark: of its upload, if it came by a link.
    func noteStored(
        _ stored: Stored, offered place: RemotePath, _ mark: DropMark?, since begun: Instant, _ home: Home
    ) throws(VaultError) -> StoredFile {
        services.registry.countStored()
        services.report(.stored(peer, stored, offered: place, seconds: Instant.now.seconds(since: begun)))
        return try receipted(stored, offered: place, mark, home)
    }

    /// Makes a receipt for what is stored.
    func receipted(
        _ stored: Stored, offered place: RemotePath, _ mark: DropMark?, _ home: Home
    ) throws(VaultError) -> StoredFile {
        let stored = shown(stored, from: place, mark, in: home)
        guard let user = pass?.receiptUser ?? peer.user,
            let receipt = services.receipts.receipts(for: [stored], of: user, at: currentUnixTime())?.first
        else { throw .busy(SystemError("sign a receipt", errno: .noMemory)) }
        return StoredFile(stored: stored, receipt: receipt, base: pass?.base ?? "")
    }

    /// A place for an upload. Who comes by a link takes none of the user's.
    func takeSlot(for user: FileName) throws(WebRefusal) -> UploadSlots.Slot {
        let user = pass?.link == nil ? user : pass.flatMap { FileName($0.name) } ?? user
        switch services.slots.take(for: user) {
        case .success(let slot): return slot
        case .failure: throw WebRefusal(.serviceUnavailable, "too many uploads at a time", retryAfter: 30)
        }
    }
}

extension Services {
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
