import Platform

/// Bounds what is read of stored files because clients ask: a question takes a hundred bytes, and its answer may take reading
/// as many gigabytes. What is asked twice is read twice: a confirmation says what the medium holds now.
final class ReadingGate: Sendable {
    private let state: Monitor<State>
    private let patience: Double

    private struct State {
        var queue: ReadingQueue
        var calls: [UInt64: Call] = [:]
    }

    private struct Call {
        let event = Event()
        let user: FileName
    }

    /// - Parameters:
    ///   - simultaneous: files that are read at a time.
    ///   - patience: seconds that somebody waits for a turn.
    init(simultaneous: Int, patience: Double = 60) {
        state = Monitor(State(queue: ReadingQueue(simultaneous: simultaneous)))
        self.patience = patience
    }

    /// A turn, until it is let go.
    final class Turn: Sendable {
        private let gate: ReadingGate
        private let number: UInt64
        private let user: FileName

        fileprivate init(_ gate: ReadingGate, _ number: UInt64, _ user: FileName) {
            (self.gate, self.number, self.user) = (gate, number, user)
        }

        deinit {
            gate.leave(number, user)
        }
    }

    /// Waits for a turn.
    ///
    /// - Parameters:
    ///   - number: under which the registry knows the connection.
    ///   - isToEnd: whether the connection is to end, as far as is known. From then on `withdraw` tells.
    /// - Returns: nil when none came in time, or the connection is to end.
    func turn(of user: FileName, _ number: UInt64, isToEnd: () -> Bool) -> Turn? {
        let call = Call(user: user)
        state.withLock { state in
            state.calls[number] = call
            state.queue.join(number, of: user)
            Self.callNext(&state)
        }
        if isToEnd() { withdraw(number) }
        call.event.wait(until: .after(seconds: patience))
        return state.withLock { state in
            state.calls[number] = nil
            if state.queue.isReading(number) { return Turn(self, number, user) }
            state.queue.leave(number, of: user)
            return nil
        }
    }

    /// Lets somebody wait no longer, as the connection is to end. From any thread.
    func withdraw(_ number: UInt64) {
        state.withLock { state in
            guard let call = state.calls.removeValue(forKey: number) else { return }
            state.queue.leave(number, of: call.user)
            call.event.signal()
        }
    }

    private func leave(_ number: UInt64, _ user: FileName) {
        state.withLock { state in
            state.queue.leave(number, of: user)
            Self.callNext(&state)
        }
    }

    private static func callNext(_ state: inout State) {
        while let number = state.queue.next() { state.calls.removeValue(forKey: number)?.event.signal() }
    }
}
