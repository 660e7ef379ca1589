import Platform

/// The network between a browser and a server: it can go away, and come back, also to another server.
final class BreakableNetwork: Sendable {
    private let door: ProxyDoor
    private let state: Monitor<State>

    private struct State: Sendable {
        /// The server's port; nil: nobody is reached.
        var server: UInt16?
        var quality = LinkQuality()
        /// Ends the connections that there are.
        var end = StopFlag()
    }

    private let isReleased = StopFlag()

    /// - Parameter quality: of each connection until it is cut.
    init(to server: UInt16, _ quality: LinkQuality = LinkQuality()) throws {
        let state = Monitor(State(server: server, quality: quality))
        self.state = state
        let isReleased = isReleased
        door = try ProxyDoor { client, _, _ in
            let now = state.withLock { $0 }
            guard let server = now.server, let upstream = try? PlainClient.connect(server) else { return }
            var relay = LinkRelay(client, upstream, now.quality)
            relay.run(until: now.end, isReleased: isReleased) { _ in }
        }
    }

    deinit {
        cut()
    }

    var port: UInt16 { door.port }

    func cut() {
        connect(to: nil)
    }

    /// Lets through what is held back.
    func release() {
        isReleased.set()
    }

    /// What there was before is over.
    func connect(to server: UInt16?) {
        state.change { state in
            state.end.set()
            state = State(server: server)
        }
    }
}
