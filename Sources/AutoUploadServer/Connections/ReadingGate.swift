package import Platform
import Synchronization

/// Bounds what is read of stored files because clients ask: a question takes a hundred bytes, and its answer may take reading
/// as many gigabytes. What is asked twice is read twice: a confirmation says what the medium holds now. Who has more turns than
/// somebody who waits gives one back in the midst of a file, and comes anew: large files of a few users keep nobody waiting for long.
package final class ReadingGate: Sendable {
    private let state: Monitor<State>
    private let patience: Double
    private let slice: Double

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
    ///   - patience: seconds that somebody waits for a first turn.
    ///   - slice: seconds that a turn lasts where others wait.
    package init(simultaneous: Int, patience: Double = 60, slice: Double = 0.5) {
        self.slice = slice
        state = Monitor(State(queue: ReadingQueue(simultaneous: simultaneous)))
        self.patience = patience
    }

    /// A turn, until it is let go. Used by one thread.
    package final class Turn: Sendable {
        private let gate: ReadingGate
        private let number: UInt64
        private let user: FileName
        private let begun = Atomic(Instant.now.nanoseconds)

        fileprivate init(_ gate: ReadingGate, _ number: UInt64, _ user: FileName) {
            (self.gate, self.number, self.user) = (gate, number, user)
        }

        deinit {
            gate.leave(number, user)
        }

        /// Waits for another turn, if this one has lasted for a while and others are due.
        ///
        /// - Parameter isToEnd: as for `turn`.
        /// - Returns: false when the connection is to end.
        package func goesOn(isToEnd: () -> Bool) -> Bool {
            let now = Instant.now
            guard now.seconds(since: Instant(nanoseconds: begun.load(ordering: .relaxed))) >= gate.slice else {
                return true
            }
            if isToEnd() || !gate.letOthers(number, user, isToEnd: isToEnd) { return false }
            begun.store(Instant.now.nanoseconds, ordering: .relaxed)
            return true
        }
    }

    /// Waits for a turn.
    ///
    /// - Parameters:
    ///   - number: under which the registry knows the connection.
    ///   - isToEnd: whether the connection is to end, as far as is known. From then on `withdraw` tells.
    /// - Returns: nil when none came in time, or the connection is to end.
    package func turn(of user: FileName, _ number: UInt64, isToEnd: () -> Bool) -> Turn? {
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

    /// Gives a turn back, if others are due, and waits for the next one.
    ///
    /// - Returns: false when the connection is to end.
    private func letOthers(_ number: UInt64, _ user: FileName, isToEnd: () -> Bool) -> Bool {
        let call = state.withLock { state -> Call? in
            guard state.queue.isWanted(from: user) else { return nil }
            let call = Call(user: user)
            state.queue.leave(number, of: user)
            Self.callNext(&state)
            state.calls[number] = call
            state.queue.join(number, of: user)
            Self.callNext(&state)
            return call
        }
        guard let call else { return true }
        if isToEnd() { withdraw(number) }
        while !call.event.wait(until: .after(seconds: 3600)) {}
        return state.withLock { $0.queue.isReading(number) }
    }

    /// Lets somebody wait no longer, as the connection is to end. From any thread.
    package func withdraw(_ number: UInt64) {
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

    /// Connections that wait for a turn.
    package var waiting: Int { state.withLock { $0.calls.count } }

    private static func callNext(_ state: inout State) {
        while let number = state.queue.next() { state.calls.removeValue(forKey: number)?.event.signal() }
    }
}
