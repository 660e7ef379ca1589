import Platform
import Synchronization

/// The connections that are open: who may join them, and how to wake them when the server ends.
final class ConnectionRegistry: Sendable {
    private struct State {
        var admission: Admission
        var sockets: [UInt64: CInt] = [:]
    }

    private let state: Monitor<State>
    private let stopping = Atomic(false)
    private let storedFiles = Atomic<UInt64>(0)
    private let tellEnding: @Sendable (UInt64) -> Void

    /// - Parameter tellEnding: is told of connections that are to end, which may wait for something else than their socket.
    init(_ limits: Admission.Limits, tellEnding: @escaping @Sendable (UInt64) -> Void = { _ in }) {
        self.tellEnding = tellEnding
        state = Monitor(State(admission: Admission(limits)))
    }

    var count: Int { state.withLock { $0.admission.count } }
    var isStopping: Bool { stopping.load(ordering: .acquiring) }
    var stored: UInt64 { storedFiles.load(ordering: .relaxed) }

    /// Whether newcomers had better wait for a moment.
    var isCrowded: Bool { state.withLock { $0.admission.isCrowded } }

    func countStored() {
        storedFiles.add(1, ordering: .relaxed)
    }

    /// Takes a connection in, until its socket is closed. It may take another's place, which is ended.
    ///
    /// - Returns: its number, or why there is no room for it.
    func admit(_ socket: inout Socket) -> Result<UInt64, NoRoom> {
        let (descriptor, group) = (socket.rawDescriptor, socket.peer.group)
        let decision = state.withLock { state -> Admission.Decision in
            if isStopping { return .refused(reason: "the server is being stopped") }
            let decision = state.admission.admit(from: group)
            guard case .admitted(let number, let displaced) = decision else { return decision }
            state.sockets[number] = descriptor
            // Under the lock, so that the number is still that connection's.
            if let displaced, let other = state.sockets[displaced] { Socket.end(rawDescriptor: other) }
            return decision
        }
        switch decision {
        case .refused(let reason): return .failure(NoRoom(reason: reason))
        case .admitted(let number, let displaced):
            if let displaced { tellEnding(displaced) }
            socket.beforeClosing { self.remove(number) }
            return .success(number)
        }
    }

    struct NoRoom: Error {
        let reason: String
    }

    /// A login was right: the connection won't lose its place any more.
    ///
    /// - Returns: false when it just has.
    func loggedIn(_ number: UInt64) -> Bool {
        state.withLock { $0.admission.loggedIn(number) }
    }

    /// Whether the connection is to end without having been served.
    func isToEnd(_ number: UInt64) -> Bool { isStopping || hasLostItsPlace(number) }

    /// Whether the connection was ended so that another could have its place.
    func hasLostItsPlace(_ number: UInt64) -> Bool {
        state.withLock { $0.admission.isLeaving(number) }
    }

    private func remove(_ number: UInt64) {
        state.withLock { state in
            state.sockets[number] = nil
            state.admission.remove(number)
        }
    }

    /// Ends what every connection can still receive, so that each one wakes up, sees why, and leaves.
    func stop() {
        let numbers = state.withLock { state in
            stopping.store(true, ordering: .releasing)
            for descriptor in state.sockets.values { Socket.endReading(rawDescriptor: descriptor) }
            return Array(state.sockets.keys)
        }
        for number in numbers { tellEnding(number) }
    }
}
