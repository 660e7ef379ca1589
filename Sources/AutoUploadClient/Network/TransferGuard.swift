import Platform

/// What may end a transfer at any moment from this side: a person who stops the program, and the interface.
final class TransferGuard {
    private let stop: StopRequest
    private let gate: InterfaceGate

    init(stop: StopRequest, gate: InterfaceGate) {
        self.stop = stop
        self.gate = gate
    }

    /// Before something is begun.
    ///
    /// - Throws: `SyncFailure.stopped`, `.interfaceDown`.
    func checkBeforeBeginning() throws(SyncFailure) {
        if stop.isStopping { throw .stopped }
        if !gate.isChosenOpen() { throw .interfaceDown }
    }

    /// Before a connection is made, for which an interface is chosen.
    ///
    /// - Throws: `SyncFailure.stopped`, `.interfaceDown`.
    func checkBeforeConnecting() throws(SyncFailure) {
        if stop.isStopping { throw .stopped }
        if !gate.isOpen() { throw .interfaceDown }
    }

    /// The only interface that a connection may use; nil: any.
    var interface: String? { gate.binding }

    /// While data flows; cheap.
    func check() throws(SyncFailure) {
        if let reason { throw reason }
    }

    /// Waits for so long, or until a person stops the program.
    func wait(seconds: Double) {
        stop.wait(until: .after(seconds: seconds))
    }

    /// Why the transfer has to end; nil when it may go on.
    var reason: SyncFailure? {
        ServiceManager.alive()
        if stop.isStopping { return .stopped }
        return gate.isStillOpen() ? nil : .interfaceDown
    }
}
