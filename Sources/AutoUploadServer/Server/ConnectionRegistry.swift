import Platform
import Synchronization

/// The connections that are open: how many, and how to wake them when the server ends.
final class ConnectionRegistry: Sendable {
    private struct State {
        var sockets: [UInt64: CInt] = [:]
        var next: UInt64 = 0
    }

    private let state = Monitor(State())
    private let stopping = Atomic(false)
    private let storedFiles = Atomic<UInt64>(0)
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { state.withLock { $0.sockets.count } }
    var isStopping: Bool { stopping.load(ordering: .acquiring) }
    var stored: UInt64 { storedFiles.load(ordering: .relaxed) }

    func countStored() {
        storedFiles.add(1, ordering: .relaxed)
    }

    /// Takes a connection in.
    ///
    /// - Returns: its number, to be given to `remove` before its socket is closed; nil when there is no room.
    func add(_ socket: borrowing Socket) -> UInt64? {
        let descriptor = socket.rawDescriptor
        return state.withLock { state in
            guard state.sockets.count < capacity, !isStopping else { return nil }
            state.next += 1
            state.sockets[state.next] = descriptor
            return state.next
        }
    }

    func remove(_ number: UInt64) {
        state.withLock { _ = $0.sockets.removeValue(forKey: number) }
    }

    /// Ends what every connection can still receive, so that each one wakes up, sees why, and leaves.
    func stop() {
        stopping.store(true, ordering: .releasing)
        state.withLock { state in
            for descriptor in state.sockets.values { Socket.endReading(rawDescriptor: descriptor) }
        }
    }
}
