/// State that others change, and that one thread looks after, from its first start until it is told to end.
package protocol TendedState: SendableMetatype {
    /// The thread is to end.
    var isEnding: Bool { get set }
    /// There is no such thread, or not any more.
    var hasEnded: Bool { get set }
}

extension Monitor where State: TendedState {
    /// Changes the state, and starts the thread that looks after it, where there is none.
    ///
    /// - Parameter tend: what the thread does. It looks for `isEnding`.
    /// - Throws: `SystemError` (EAGAIN) when the system has no thread left; the state is changed.
    package func start(
        changing change: (inout State) -> Void, tending tend: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let mustStart = self.change { state in
            change(&state)
            defer { state.hasEnded = false }
            return state.hasEnded
        }
        guard mustStart else { return }
        do throws(SystemError) {
            try Thread.detach(stackSize: 1 << 20) { [self] in
                tend()
                self.change { $0.hasEnded = true }
            }
        } catch {
            self.change { $0.hasEnded = true }
            throw error
        }
    }

    /// Has the thread end.
    ///
    /// - Parameter seconds: to wait for that at most.
    package func end(within seconds: Double) {
        change { $0.isEnding = true }
        let _: Void? = wait(before: .after(seconds: seconds)) { $0.hasEnded ? () : nil }
    }
}
