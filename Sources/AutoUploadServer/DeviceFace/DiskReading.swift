import Connections
import Domain
import Logins
import Platform
import Storage
import Wire

/// What a connection has read from the disk because its client asks: in turns with others, and only as long as the connection
/// needn't end.
struct DiskReading {
    let vault: Vault
    let gate: ReadingGate
    let allowance: ReadingAllowance
    let membership: Membership

    enum Answer {
        case found(Stored)
        case declined(Declined)
        /// The connection is to end.
        case over
    }

    /// Looks for exactly this content, and makes sure that it is durable.
    ///
    /// - Parameter user: whose folder has that name.
    func find(_ query: Query, _ path: RemotePath, of user: FileName) -> Answer {
        guard let turn = turn(of: user) else { return .declined(Declined(.readingBusy)) }
        // Until the end: what is found is flushed, too.
        defer { withExtendedLifetime(turn) {} }
        let permit = ReadingPermit(
            mayRead: { allowance.add($0, size: $1, of: user) },
            goesOn: { turn.goesOn { membership.isToEnd } })
        do throws(VaultError) {
            let found = try vault.find(
                user: user, path: path, size: query.size, digest: query.digest, under: permit)
            return found.map(Answer.found) ?? .declined(Declined(.absent))
        } catch {
            return membership.isToEnd ? .over : .declined(Declined(error))
        }
    }

    /// Reads again what an earlier connection has sent of an upload, for its digest.
    ///
    /// - Returns: false when it wasn't read, as the connection is to end.
    func readPrefix(of partial: PartialUpload, of user: FileName) -> Bool {
        // Who waits long enough reads in any case: what was sent isn't sent again for that.
        let turn = turn(of: user)
        partial.readPrefix { !membership.isToEnd && turn?.goesOn { membership.isToEnd } ?? true }
        return !membership.isToEnd
    }

    /// - Returns: nil when others read for too long, or the connection is to end.
    private func turn(of user: FileName) -> ReadingGate.Turn? {
        gate.turn(of: user, membership.number) { membership.isToEnd }
    }
}
