import Connections
import Domain
import Events
import HTTP
import Logins
package import Platform

/// What those without an account may drop.
package struct DropRules: Hashable, Sendable {
    /// The folder that all of it goes to, beside the users'.
    package let folder: FileName
    /// Bytes of a file.
    package let largestFile: UInt64
    /// Bytes of all of them.
    package let quota: UInt64
    /// Files of one address.
    package let filesPerHour: Int

    package init(folder: FileName, largestFile: UInt64, quota: UInt64, filesPerHour: Int) {
        (self.folder, self.largestFile, self.quota, self.filesPerHour) = (folder, largestFile, quota, filesPerHour)
    }
}

/// Lets those without an account add files to one folder: for each upload a proof of work, and all within limits of their own.
/// Who goes on with one shows its URL for that, which nobody guesses.
package final class AnonymousDrops: Sendable {
    let rules: DropRules
    private let desk: ChallengeDesk
    /// Tells whether a user of the password file has the folder.
    private let belongsToUser: @Sendable (FileName) -> Bool
    private let senders: Monitor<SenderBuckets>

    /// - Throws: `SystemError` when the kernel gives no randomness.
    package init(_ rules: DropRules, belongsToUser: @escaping @Sendable (FileName) -> Bool) throws(SystemError) {
        self.rules = rules
        self.belongsToUser = belongsToUser
        desk = try ChallengeDesk()
        senders = Monitor(SenderBuckets(perHour: rules.filesPerHour))
    }

    /// - Returns: nil when there is no memory or randomness for one.
    func challenge(for group: AddressGroup) -> ProofOfWork.Challenge? {
        desk.challenge(level: senders.withLock { $0.level(of: group, now: .now) })
    }

    /// - Returns: the folder to add to.
    /// - Throws: 403 for a wrong proof, or one that was used.
    func admit(_ answer: [UInt8], _ services: Services, _ peer: inout ServerEvent.Peer) throws(WebRefusal) -> Home {
        peer.user = rules.folder.description
        do throws(WebRefusal) {
            try requireOwnFolder()
            try desk.require(answer)
        } catch {
            services.report(.loginDenied(peer, Refusal(status: .credentialsWrong, text: error.text), reason: nil))
            throw error
        }
        peer.account = rules.folder
        return Home(rules.folder)
    }

    /// - Returns: whose an upload is that somebody without an account has the URL of.
    func home() throws(WebRefusal) -> Home {
        try requireOwnFolder()
        return Home(rules.folder)
    }

    private func requireOwnFolder() throws(WebRefusal) {
        if belongsToUser(rules.folder) {
            throw WebRefusal(.serviceUnavailable, "the server's admin must act: a user has the folder for drops")
        }
    }

    /// Counts a file that is about to come.
    ///
    /// - Parameters:
    ///   - folder: that it is to be added to.
    ///   - size: its bytes, where they are known.
    /// - Returns: what may come of it; nil for a file of somebody with an account.
    /// - Throws: 413, or 429.
    func begin(in folder: FileName, size: UInt64?, from group: AddressGroup) throws(WebRefusal) -> DropAllowance? {
        guard folder == rules.folder else { return nil }
        try requireFits(size ?? 0, in: folder)
        if let seconds = senders.withLock({ $0.add(group, now: .now) }) {
            throw WebRefusal(
                .tooManyRequests,
                "at most \(rules.filesPerHour) files an hour are taken from one address without an account",
                retryAfter: seconds)
        }
        return DropAllowance(most: rules.largestFile)
    }

    /// - Parameter size: bytes of a file for the folder, whole or by now.
    /// - Throws: 413 where it is for drops, and too large.
    func requireFits(_ size: UInt64, in folder: FileName) throws(WebRefusal) {
        if folder == rules.folder { try DropAllowance(most: rules.largestFile).take(size) }
    }
}
