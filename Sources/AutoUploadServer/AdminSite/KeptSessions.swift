import Accounts
import Catalogue
import Connections
import Domain
import Logins
import Platform
import SQLite

/// Sessions over a restart of the server: the catalogue has a hash of what a browser shows, and one of the user's line. Where there is
/// no catalogue, a restart ends them.
extension AdminSite {
    /// Whose session it is.
    func login(with id: SessionID, _ services: Services) -> Login? {
        if let login = sessions.login(with: id) { return login }
        guard sessions.mayBeKept(id), let key = id.hash else { return nil }
        let found = try? services.catalogue.read { connection throws(SQLiteError) in try connection.session(key) }
        guard let kept = found ?? nil, let login = services.gate.login(of: kept.user, ifLineIs: kept.line) else {
            return nil
        }
        let now = currentUnixTime()
        let isResumed = sessions.resume(
            id, login, age: Double(now) - Double(kept.begun), idle: Double(now) - Double(kept.used))
        return isResumed ? login : nil
    }

    /// Has the catalogue keep what became of sessions.
    ///
    /// - Parameter waits: until it is written down: who has logged out isn't logged in again by a crash.
    func keepSessions(_ catalogue: Catalogue, waits: Bool = false) {
        let now = currentUnixTime()
        let notes = sessions.takeChanges().compactMap { change -> CatalogueNote? in
            switch change {
            case .began(let id, let login):
                login.lineDigest.map { line in
                    .session(
                        .began(StoredSession(id: id, user: login.user.text, line: line, begun: now, used: now)))
                }
            case .used(let id): .session(.used(id, now))
            case .ended(let id): .session(.ended(id))
            }
        }
        catalogue.note(notes)
        if waits, !notes.isEmpty { try? catalogue.settle() }
    }
}
