import Domain
import Platform
import Transport

/// The SHA-256 of a file's frames, in their order, of which there are two in turn: while one is hashed, the other is filled. A
/// helper hashes beside their sending where it gets a processor for that; what it hasn't begun, who sends hashes, who so never
/// waits for more than the one frame that it has begun.
final class FrameHasher: Sendable {
    private struct State {
        /// The frame that was added last, until it is hashed.
        var pending: DataFrame?
        var isBusy = false
        var hasHelper = false
        var isOver = false

        /// The frame that is to be hashed, unless somebody is at it.
        mutating func begin() -> DataFrame? {
            guard !isBusy, let pending else { return nil }
            isBusy = true
            return pending
        }
    }

    private enum Step {
        case hash(DataFrame)
        case leave
    }

    private let state = Monitor(State())
    /// Belongs to who has made the state busy.
    private let hasher = Monitor<ContentHasher?>(ContentHasher())

    /// Lets another thread hash as well, until `end`. Only worth it for many frames, and where there is a processor for it.
    func getHelp() {
        guard ProcessLimits.processors > 1, (try? Thread.detach { self.help() }) != nil else { return }
        state.withLock { $0.hasHelper = true }
    }

    private func help() {
        work { $0.isOver }
    }

    /// Takes the next frame, once the one before it is hashed. It may not be filled anew before `settle` has returned for it.
    func add(_ frame: DataFrame) {
        work { $0.pending == nil }
        let isAlone = state.change { state in
            state.pending = frame
            return !state.hasHelper
        }
        // While it is in the processor's cache.
        if isAlone { settle(frame) }
    }

    /// Returns once the frame is hashed, if it was ever added, so that it may be filled anew.
    func settle(_ frame: DataFrame) {
        work { $0.pending !== frame }
    }

    private func work(until isEnough: (State) -> Bool) {
        while case .hash(let frame) = state.wait(until: { isEnough($0) ? .leave : $0.begin().map(Step.hash) }) {
            hasher.withLock { hasher in frame.withPayload { hasher?.update($0) } }
            state.change { state in
                state.pending = nil
                state.isBusy = false
            }
        }
    }

    /// The digest of all that was added.
    ///
    /// - Returns: nil when it was told before, or OpenSSL had no memory.
    func finish() -> ContentDigest? {
        work { $0.pending == nil }
        return hasher.withLock { hasher in
            guard let whole = hasher.take() else { return nil }
            return whole.finalize()
        }
    }

    /// Sends the helper away. Nobody reads a frame any more when this returns.
    func end() {
        state.change { $0.isOver = true }
        state.wait { $0.isBusy ? nil : () }
    }
}
