import Domain
package import Events
package import Measuring
package import Platform
package import Storage

/// How often what has happened, since the process began: one view of events, also of those that the log doesn't tell.
package final class EventCounts: Sendable {
    package let connections = Counter()
    /// Turned away before their first byte.
    package let refusedConnections = Counter()
    /// Ended before they had spoken of anything: no handshake, another protocol, their place lost.
    package let strangers = Counter()
    package let parked = Counter()
    package let resumed = Counter()
    package let expired = Counter()
    /// Bytes of stored files that were sent.
    package let sent = Counter()
    private let tally = Monitor(Tally())

    /// What came of an upload, and by which way in.
    package struct Upload: Hashable, Sendable {
        package let face: ServerEvent.Face
        package let outcome: String
    }

    package struct Tally: Sendable {
        /// By outcome: `granted`, or the status of the refusal.
        package fileprivate(set) var logins: [String: UInt64] = [Outcome.granted: 0]
        package fileprivate(set) var uploads: [Upload: UInt64]
        package fileprivate(set) var storedBytes: [ServerEvent.Face: UInt64]
        /// Of each user who has sent something, Unix seconds.
        package fileprivate(set) var lastUploads: [FileName: Int64] = [:]

        fileprivate init() {
            let faces = ServerEvent.Face.allCases
            uploads = Dictionary(uniqueKeysWithValues: faces.map { (Upload(face: $0, outcome: Outcome.stored), 0) })
            storedBytes = Dictionary(uniqueKeysWithValues: faces.map { ($0, 0) })
        }
    }

    private enum Outcome {
        static let granted = "granted"
        static let stored = "stored"
        static let alreadyThere = "alreadyThere"
        static let present = "present"
    }

    /// A bound to memory: there are no more users than that.
    private static let mostUsers = 100_000

    package init() {}

    /// As of one moment.
    package var snapshot: Tally { tally.withLock { $0 } }

    /// One found no room, whether the log tells of it or not.
    package func noteRefusedConnection() {
        refusedConnections.add()
    }

    func note(_ event: ServerEvent) {
        switch event {
        case .connected: connections.add()
        case .stranger: strangers.add()
        case .loggedIn: count(login: Outcome.granted)
        case .loginDenied(_, let refusal, _): count(login: refusal.status.name)
        case .stored(let peer, let stored, _, _): noteStored(stored, of: peer.account, by: peer.face)
        case .found(let peer, _): count(upload: Outcome.present, by: peer.face)
        // It was asked about, and is to come.
        case .refused(_, _, let refusal, _) where refusal.status == .absent: break
        case .refused(let peer, _, let refusal, _): count(upload: refusal.status.name, by: peer.face)
        case .parked: parked.add()
        case .resumed: resumed.add()
        case .expired: expired.add()
        case .downloaded(_, _, _, _, let bytes): sent.add(bytes)
        default: break
        }
    }

    /// - Parameter user: nil where nobody is logged in.
    package func noteStored(_ stored: Stored, of user: FileName?, by face: ServerEvent.Face) {
        count(upload: stored.wasThere ? Outcome.alreadyThere : Outcome.stored, by: face)
        let now = currentUnixTime()
        tally.withLock { tally in
            if !stored.wasThere { tally.storedBytes[face, default: 0] &+= stored.size }
            if let user { Self.note(user, now, &tally) }
        }
    }

    /// Takes in when users have sent something before this process began.
    package func learn(_ lastUploads: [(user: FileName, time: Int64)]) {
        tally.withLock { tally in
            for (user, time) in lastUploads { Self.note(user, time, &tally) }
        }
    }

    private static func note(_ user: FileName, _ time: Int64, _ tally: inout Tally) {
        let old = tally.lastUploads[user]
        guard old != nil || tally.lastUploads.count < mostUsers else { return }
        tally.lastUploads[user] = max(time, old ?? time)
    }

    private func count(login outcome: String) {
        tally.withLock { $0.logins[outcome, default: 0] &+= 1 }
    }

    private func count(upload outcome: String, by face: ServerEvent.Face) {
        tally.withLock { $0.uploads[Upload(face: face, outcome: outcome), default: 0] &+= 1 }
    }
}
