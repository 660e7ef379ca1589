import Catalogue
import Domain
import Events
import Platform
import Storage

/// What of the events the catalogue keeps.
extension ServerEvent {
    var catalogueNotes: [CatalogueNote] {
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
        case .stored(let peer, let stored, _, _):
            peer.file(stored)
                + (stored.wasThere
                    ? [] : [peer.entry(.upload, (peer.otherAccount.map { "\($0)/" } ?? "") + stored.path.description)])
        case .found(let peer, let stored): peer.file(stored)
        default: []
        }
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
