import Platform

/// The network between a browser and a server: it can go away, and come back, also to another server.
final class BreakableNetwork: Sendable {
    private let door: ProxyDoor
    private let state: Monitor<State>

    private struct State: Sendable {
        /// The server's port; nil: nobody is reached.
        var server: UInt16?
        /// Ends the connections that there are.
        var end = StopFlag()
    }

    /// - Parameter rate: bytes per second.
    init(to server: UInt16, rate: Double) throws {
        let state = Monitor(State(server: server))
        self.state = state
        door = try ProxyDoor { client, _, _ in
            let (server, end) = state.withLock { ($0.server, $0.end) }
            guard let server, let upstream = try? PlainClient.connect(server) else { return }
            var relay = LinkRelay(client, upstream, LinkQuality(rate: rate))
            relay.run(until: end, isReleased: StopFlag()) { _ in }
        }
    }

    deinit {
        cut()
    }

    var port: UInt16 { door.port }

    func cut() {
        connect(to: nil)
    }

    /// What there was before is over.
    func connect(to server: UInt16?) {
        state.change { state in
            state.end.set()
            state = State(server: server)
        }
    }
}
