/// Something that one thread makes happen and another waits for: it stays happened until it is taken.
package final class Event: Sendable {
    private let hasHappened = Monitor(false)

    package init() {}

    /// Makes it happen.
    package func signal() {
        hasHappened.change { $0 = true }
    }

    /// Waits for it, and takes it.
    ///
    /// - Returns: false when the time was over first.
    @discardableResult
    package func wait(until deadline: Deadline) -> Bool {
        let taken: Void? = hasHappened.wait(before: deadline) { hasHappened in
            guard hasHappened else { return nil }
            hasHappened = false
            return ()
        }
        return taken != nil
    }
}
