import Domain
import Platform
import Testing
import Transport
import Wire

@testable import AutoUploadClient

extension FakeServer.Answer {
    static func absent(_ number: UInt32) -> FakeServer.Answer {
        .send(.refused(upload: number, Refusal(status: .absent, text: "")))
    }
}

/// What a server keeps from one connection to the next: of one recording, whose bytes the test knows.
final class FakeStore: Sendable {
    struct Knowledge {
        /// Bytes of the recording that are durable.
        var kept: UInt64 = 0
        var isStored = false
        /// Bytes of data that came in all connections.
        var received: UInt64 = 0
        var abandoned = 0
        /// How many more connections end, each by `ending`.
        var cuts = 0
    }

    /// Where a connection is cut.
    enum Ending: Sendable, CaseIterable {
        /// At the offer: nothing was sent.
        case offer
        /// When all data has come, but not the hash.
        case data
        /// When everything has come; nothing is stored.
        case finish
        /// When it was stored: the answer is lost.
        case answer
    }

    let content: [UInt8]
    private let knowledge: Shared<Knowledge>

    init(_ content: [UInt8], cuts: Int = 0) {
        self.content = content
        knowledge = Shared(Knowledge(cuts: cuts))
    }

    var known: Knowledge { knowledge.withLock { $0 } }

    func change(_ body: (inout Knowledge) -> Void) {
        knowledge.withLock { body(&$0) }
    }

    /// An honest server that keeps what `change` says, and ends `cuts` connections early.
    func script(ending: Ending = .answer) -> FakeServer.Script {
        { [self] heard, honest, session in
            if case .data(_, let length) = heard { change { $0.received += UInt64(length) } }
            if isCut(heard, session, ending) {
                change { known in
                    known.cuts -= 1
                    if ending == .answer { known.isStored = true }
                }
                return [.hangUp]
            }
            guard case .message(let message) = heard else { return honest }
            switch message {
            case .offer(let number, let offer):
                let offset = offer.isFresh ? 0 : known.kept
                return [.send(.proceed(upload: number, try Proceed(durableOffset: offset)))]
            case .finish(let number, let finish): return [try stored(number, finish, session)]
            case .query(let number, _): return known.isStored ? honest : [.absent(number)]
            case .abandon:
                change { $0.abandoned += 1 }
                return []
            default: return honest
            }
        }
    }

    private func isCut(_ heard: FakeServer.Heard, _ session: FakeSession, _ ending: Ending) -> Bool {
        guard known.cuts > 0 else { return false }
        switch (heard, ending) {
        case (.message(.offer), .offer), (.message(.finish), .finish), (.message(.finish), .answer): return true
        case (.data(let number, _), .data): return session.uploads[number]?.received == UInt64(content.count)
        default: return false
        }
    }

    /// Only if just the bytes came that weren't kept, and the hash is that of all.
    private func stored(
        _ number: UInt32, _ finish: Finish, _ session: FakeSession
    ) throws -> FakeServer.Answer {
        let upload = try #require(session.uploads[number])
        let offset = upload.offer.isFresh ? 0 : known.kept
        let rest = Digest.of(Array(content[Int(offset)...]))
        guard upload.digest == rest, finish.digest == Digest.of(content) else {
            change { $0.kept = 0 }
            return .send(.refused(upload: number, Refusal(status: .digestMismatch, text: "")))
        }
        change { $0.isStored = true }
        let confirmation = try Confirmation(
            size: UInt64(content.count), digest: finish.digest, fileTag: .elsewhere,
            path: try RemotePath(upload.offer.path))
        return .send(.stored(upload: number, confirmation, alreadyThere: false))
    }
}
