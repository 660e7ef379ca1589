import HTTP
import Platform
import Transport

/// Gives challenges to who has no account, and takes each right answer once.
final class ChallengeDesk: Sendable {
    private let work: ProofOfWork
    private let used: Monitor<UsedProofs>

    /// Seconds for answering a challenge.
    private static let lifetime: Int64 = 1200
    /// How far the first file's challenge has to be looked: some tenths of a second's work for a phone.
    private static let leastWork: UInt64 = 50_000
    private static let mostWork: UInt64 = 5_000_000

    /// - Throws: `SystemError` when the kernel gives no randomness.
    init() throws(SystemError) {
        work = ProofOfWork(key: try KeyedHash())
        used = Monitor(UsedProofs(lifetime: Double(Self.lifetime), capacity: 100_000, now: .now))
    }

    /// - Parameter level: files that came from the same address of late: the more, the harder.
    /// - Returns: nil when there is no memory or randomness for one.
    func challenge(level: Double) -> ProofOfWork.Challenge? {
        let most = min(Self.mostWork, Self.leastWork * UInt64(1 + level))
        guard let nonce = try? randomBytes(12) else { return nil }
        return work.challenge(
            until: currentUnixTime() + Self.lifetime, most: most, nonce: nonce, number: .random(in: 0...most))
    }

    /// - Throws: 403 for a wrong answer, or one that was used.
    func require(_ answer: [UInt8]) throws(WebRefusal) {
        let proof: ProofOfWork.Proof
        do throws(ProofOfWork.Flaw) {
            proof = try work.verify(answer, now: currentUnixTime())
        } catch {
            throw Self.refusal(error)
        }
        switch used.withLock({ $0.use(proof.signature, now: .now) }) {
        case .fresh: break
        case .used: throw WebRefusal(.forbidden, "this challenge was answered before: ask for another at /challenge")
        case .full: throw WebRefusal(.serviceUnavailable, "too many uploads at a time", retryAfter: 60)
        }
    }

    private static func refusal(_ flaw: ProofOfWork.Flaw) -> WebRefusal {
        switch flaw {
        case .wrong: WebRefusal(.forbidden, "the challenge's answer is wrong: ask for another at /challenge")
        case .expired: WebRefusal(.forbidden, "the challenge has expired: ask for another at /challenge")
        }
    }
}
