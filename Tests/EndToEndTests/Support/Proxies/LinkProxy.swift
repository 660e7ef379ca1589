import Platform

/// How good, or bad, a link is. All of it holds for each direction by itself.
struct LinkQuality: Sendable {
    /// Seconds that a byte is under way.
    var delay = 0.0
    /// Bytes per second at most.
    var rate: Double?
    /// Nothing passes for so many seconds after each so many bytes.
    var stalls: (bytes: Int, seconds: Double)?
    /// The link breaks (RST to both sides) once it has passed so many bytes, both directions together.
    var breaksAfter: Int?
    /// Rather than with an RST, it then breaks without a word: the packets of both sides vanish.
    var vanishes = false
    /// Once the client has sent so many bytes, no more of them pass until `LinkProxy.release`.
    var holdsAfter: Int?
    /// Once the client has sent so many bytes, the server's answers are held back until `LinkProxy.release`.
    var holdsAnswersAfter: Int?
}

/// A link of a given quality between clients and a server. It knows nothing of TLS.
final class LinkProxy: Sendable {
    private let door: ProxyDoor
    private let hold = StopFlag()
    private let record = Monitor<[Int: Passed]>([:])

    /// What one connection has passed.
    struct Passed: Sendable {
        var bytes = 0
        /// How often at most one side had to hear from the other before it went on: the longest chain in which each part was
        /// sent after the one before it had arrived, divided by two.
        var roundTrips = 0
        var isBroken = false
    }

    /// - Parameters:
    ///   - server: its port on loopback.
    ///   - quality: of a connection, by its number, counted from 0.
    init(to server: UInt16, _ quality: @escaping @Sendable (Int) -> LinkQuality) throws {
        let (hold, record) = (hold, record)
        door = try ProxyDoor { client, number, stop in
            guard let server = try? PlainClient.connect(server) else { return }
            var relay = LinkRelay(client, server, quality(number))
            relay.run(until: stop, isReleased: hold) { passed in record.change { $0[number] = passed } }
        }
    }

    convenience init(to server: UInt16, _ quality: LinkQuality) throws {
        try self.init(to: server) { _ in quality }
    }

    deinit {
        hold.set()
    }

    var port: UInt16 { door.port }

    /// What each connection has passed, in their order.
    var connections: [Passed] {
        record.withLock { record in record.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// Lets the server's answers through, from now on.
    func release() {
        hold.set()
    }
}
