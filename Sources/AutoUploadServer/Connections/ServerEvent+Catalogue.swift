package import Catalogue
import Domain
package import Events
import Platform
import Storage

/// What of the events the catalogue keeps.
extension ServerEvent {
    package var catalogueNotes: [CatalogueNote] {
        switch self {
        case .loggedIn(let peer, _): [peer.entry(.login, "")]
        case .loginDenied(let peer, let refusal, _): [peer.entry(.loginDenied, refusal.text)]
        case .loggedOut(let peer): [peer.entry(.logout, "")]
        // Who seeks in a clip asks for many parts of it.
        case .downloaded(let peer, let owner, let path, let offset, let bytes):
            offset == 0 && bytes > 0 ? [peer.entry(.download, "\(owner)/\(path)")] : []
        case .linkMade(let peer, let id, let owner, let path):
            [peer.entry(.linkMade, "\(id) \(owner)/\(escaped(path))")]
        case .linkRevoked(let peer, let id, let owner, let path):
            [peer.entry(.linkRevoked, "\(id) \(owner)/\(escaped(path))")]
        case .deleted(let peer, let owner, let file):
            [.removed(file, user: owner), .done(.delete, by: peer, owner, file.path)]
        case .restored(let peer, let owner, let file):
            [.restored(file, user: owner), .done(.restore, by: peer, owner, file.path)]
        case .purged(let peer, let owner, let file, let batch):
            [
                .gone(file.path, batch, user: owner),
                .done(.purge, by: peer, console: LogEntry.server, owner, file.path),
            ]
        case .cleared(let owner, let file, _, _):
            [.removed(file, user: owner), .done(.delete, by: nil, console: LogEntry.server, owner, file.path)]
        case .userChanged(let peer, let name, let change): [peer.entry(.userChanged, "\(name): \(escaped(change))")]
        case .stored(let peer, let stored, _, _):
            peer.file(stored)
                + (stored.wasThere
                    ? [] : [peer.entry(.upload, (peer.otherAccount.map { "\($0)/" } ?? "") + stored.path.description)])
        case .found(let peer, let stored): peer.file(stored)
        default: []
        }
    }
}

extension CatalogueNote {
    /// - Parameter console: who has done it, where it isn't somebody who has logged in.
    fileprivate static func done(
        _ action: LogEntry.Action, by peer: ServerEvent.Peer?, console: String = LogEntry.terminal, _ owner: FileName,
        _ path: RemotePath
    ) -> CatalogueNote {
        let info = "\(owner)/\(escaped(path.bytes))"
        return peer?.entry(action, info) ?? .logged(LogEntry(user: console, address: "", action, info: info))
    }
}

extension ServerEvent.Peer {
    /// Bytes that are kept of a name that somebody says to have.
    private static let longestName = 255

    fileprivate func entry(_ action: LogEntry.Action, _ info: String) -> CatalogueNote {
        let name = escaped(Array((user ?? LogEntry.nobody).utf8.prefix(Self.longestName)))
        return .logged(LogEntry(user: name, address: address.host, action, info: info))
    }

    fileprivate func file(_ stored: Stored) -> [CatalogueNote] {
        guard let account else { return [] }
        return [
            .stored(
                CatalogueNote.StoredFile(
                    user: account, path: stored.path, size: stored.size, digest: stored.digest,
                    time: currentUnixTime()))
        ]
    }
}
