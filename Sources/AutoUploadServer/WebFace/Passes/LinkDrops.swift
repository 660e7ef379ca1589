import Catalogue
import Connections
import HTTP
package import Platform

/// What all links by which files may be added have in common.
package final class LinkDrops: Sendable {
    let claims = DropClaims()
    private let desk: ChallengeDesk
    private let senders = Monitor(SenderBuckets(perHour: LinkDrops.perHour))

    /// Files from one address by which its challenges become harder: beyond them they stay as hard. None is refused for it.
    private static let perHour = 100

    /// - Throws: `SystemError` when the kernel gives no randomness.
    package init() throws(SystemError) {
        desk = try ChallengeDesk()
    }

    func challenge(for group: AddressGroup) -> ProofOfWork.Challenge? {
        desk.challenge(level: senders.withLock { $0.level(of: group, now: .now) })
    }

    /// - Throws: 403 for a wrong answer, or one that was used.
    func requireProof(_ answer: [UInt8], from group: AddressGroup) throws(WebRefusal) {
        try desk.require(answer)
        _ = senders.withLock { $0.add(group, now: .now) }
    }
}
