package import Measuring
import Synchronization

/// Whether expiring blobs can be kept and answered, and how many requests were refused because they couldn't.
package final class BlobReach: Sendable {
    private let state = Atomic(false)
    package let refusals = Counter()

    package init() {}

    package var isInReach: Bool { state.load(ordering: .relaxed) }

    package func note(isInReach: Bool) { state.store(isInReach, ordering: .relaxed) }

    package func noteRefusal() { refusals.add() }
}
