package import Logins
package import Platform
import Synchronization
package import Transport

/// The connections that are open: who may join them, and how to wake those that are to end.
package final class ConnectionRegistry: Sendable {
    private struct State {
        var admission: Admission
        var places: [UInt64: Place] = [:]
    }

    private struct Place {
        let socket: CInt
        let standing = Standing()
        let since = Instant.now
        /// As a proxy says.
        var client: SocketAddress?
        var login: Login?
        var certificate: ClientCertificate?
        /// When it was told to end.
        var evicted: Instant?
    }

    private let state: Monitor<State>
    private let stopping = Atomic(false)
    private let storedFiles = Atomic<UInt64>(0)
    private let tellEnding: @Sendable (UInt64) -> Void

    /// - Parameter tellEnding: is told of connections that are to end, which may wait for something else than their socket.
    package init(_ limits: Admission.Limits, tellEnding: @escaping @Sendable (UInt64) -> Void = { _ in }) {
        self.tellEnding = tellEnding
        state = Monitor(State(admission: Admission(limits)))
    }

    package var count: Int { state.withLock { $0.admission.count } }
    /// Connections that aren't logged in, that are, and that are about to go.
    package var tally: (waiting: Int, loggedIn: Int, leaving: Int) { state.withLock { $0.admission.tally } }
    package var isStopping: Bool { stopping.load(ordering: .acquiring) }
    package var stored: UInt64 { storedFiles.load(ordering: .relaxed) }

    /// Whether newcomers had better wait for a moment.
    package var isCrowded: Bool { state.withLock { $0.admission.isCrowded } }

    /// Who is there stays, though there be more than may come.
    func take(_ limits: Admission.Limits) {
        state.withLock { $0.admission.limits = limits }
    }

    package func countStored() {
        storedFiles.add(1, ordering: .relaxed)
    }

    /// Takes a connection in, until its socket is closed. It may take another's place, which is ended.
    ///
    /// - Returns: its number, or why there is no room for it.
    package func admit(_ socket: inout Socket) -> Result<UInt64, NoRoom> {
        let (descriptor, group) = (socket.rawDescriptor, socket.peer.group)
        let decision = state.withLock { state -> Admission.Decision in
            if isStopping { return .refused(reason: "the server is being stopped") }
            let decision = state.admission.admit(from: group)
            guard case .admitted(let number, let displaced) = decision else { return decision }
            state.places[number] = Place(socket: descriptor)
            if let displaced { Self.cutOff(displaced, state) }
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

    /// Under the lock, so that the number is still that connection's.
    private static func cutOff(_ displaced: UInt64, _ state: State) {
        guard let other = state.places[displaced] else { return }
        other.standing.evict(.lostItsPlace)
        Socket.end(rawDescriptor: other.socket)
    }

    package struct NoRoom: Error {
        package let reason: String
    }

    /// A login was right. It may take another's place, which is ended.
    func loggedIn(_ number: UInt64, _ login: Login, as user: FileName) -> Admission.LoginDecision {
        let decision = state.withLock { state in
            let decision = Self.decide(number, user, &state)
            guard case .stays(let displaced) = decision else { return decision }
            state.places[number]?.login = login
            if let displaced { Self.evict(displaced, .gaveItsPlace, &state) }
            return decision
        }
        if case .stays(let displaced?) = decision { tellEnding(displaced) }
        return decision
    }

    /// Whether the connection has logged in like that before.
    func knows(_ login: Login, of number: UInt64) -> Bool {
        state.withLock { $0.places[number]?.login == login }
    }

    /// A proxy has said whose connection it is, before anything else came by it. It may take another's place, which is ended.
    package func arrive(_ number: UInt64, from client: SocketAddress) {
        let displaced = state.withLock { state in
            state.places[number]?.client = client
            let displaced = state.admission.arrive(number, from: client.group)
            if let displaced { Self.cutOff(displaced, state) }
            return displaced
        }
        if let displaced { tellEnding(displaced) }
    }

    /// The connection turns out to be another address's, behind a proxy.
    ///
    /// - Returns: false when that has as many as it may: then nothing is changed.
    package func move(_ number: UInt64, to group: AddressGroup) -> Bool {
        state.withLock { $0.admission.move(number, to: group) }
    }

    /// A client has shown a certificate.
    package func hasShown(_ number: UInt64, _ certificate: ClientCertificate) {
        state.withLock { $0.places[number]?.certificate = certificate }
    }

    private static func decide(_ number: UInt64, _ user: FileName, _ state: inout State) -> Admission.LoginDecision {
        let places = state.places
        return state.admission.loggedIn(number, as: user) { number in
            places[number]?.standing.activity ?? Standing.Activity(isBusy: false, lastWork: .now)
        }
    }

    /// What the connection and the registry tell each other.
    func standing(of number: UInt64) -> Standing {
        state.withLock { $0.places[number]?.standing } ?? Standing()
    }

    /// Whether the client has gone, or can say no more.
    func hasLeft(_ number: UInt64) -> Bool {
        // Under the lock, so that the number is still that connection's.
        state.withLock { $0.places[number].map { Socket.hasPeerLeft(rawDescriptor: $0.socket) } ?? true }
    }

    /// One that is open, for people who look on.
    package struct Visit: Sendable {
        /// At the other end of the socket, which may be a proxy that speaks HTTP.
        package let address: SocketAddress?
        /// Nil before the login.
        package let login: Login?
        package let since: Instant
        /// Whether an upload is under way.
        package let isBusy: Bool
    }

    /// Those that are open, the oldest first.
    package var visits: [Visit] {
        state.withLock { state in
            state.places.sorted { $0.key < $1.key }.map { _, place in
                Visit(
                    // Under the lock, so that the number is still that connection's.
                    address: place.client ?? Socket.peer(rawDescriptor: place.socket), login: place.login,
                    since: place.since,
                    isBusy: place.standing.activity.isBusy)
            }
        }
    }

    private func remove(_ number: UInt64) {
        state.withLock { state in
            state.places[number] = nil
            state.admission.remove(number)
        }
    }
}

// MARK: - Ending

extension ConnectionRegistry {
    /// Seconds in which a connection that was told to end takes leave by itself.
    private static let leave = 5.0

    /// Ends what every connection can still receive, so that each one wakes up, sees why, and leaves.
    package func stop() {
        let numbers = state.withLock { state in
            stopping.store(true, ordering: .releasing)
            for place in state.places.values { Socket.endReading(rawDescriptor: place.socket) }
            return Array(state.places.keys)
        }
        for number in numbers { tellEnding(number) }
    }

    /// Ends the connections of clients whose certificates were revoked. What they have under way is parked.
    package func end(_ isRevoked: (ClientCertificate) -> Bool) {
        let shown = state.withLock { $0.places.compactMapValues(\.certificate) }
        let numbers = shown.filter { isRevoked($0.value) }.map(\.key)
        state.withLock { state in
            for number in numbers { Self.evict(number, .certificateRevoked, &state) }
        }
        for number in numbers { tellEnding(number) }
    }

    /// Ends the connections whose logins don't count any more. What they have under way is parked.
    ///
    /// - Parameter objection: says why one doesn't; it is asked once about each.
    package func endLogins(_ objection: (Login) -> Login.Objection?) {
        // Who judges looks at a file: nobody waits for that.
        let logins = state.withLock { Set($0.places.values.compactMap(\.login)) }
        let over = logins.reduce(into: [:]) { over, login in over[login] = objection(login).map(Eviction.init) }
        if over.isEmpty { return }
        let numbers = state.withLock { state in
            state.places.compactMap { number, place -> UInt64? in
                guard let login = place.login, let eviction = over[login] else { return nil }
                Self.evict(number, eviction, &state)
                return number
            }
        }
        for number in numbers { tellEnding(number) }
    }

    /// Ends all connections that are there.
    package func endAll(_ eviction: Eviction) {
        let numbers = state.withLock { state in
            let numbers = Array(state.places.keys)
            for number in numbers { Self.evict(number, eviction, &state) }
            return numbers
        }
        for number in numbers { tellEnding(number) }
    }

    /// Has a connection end. Who still sends can be answered first; who doesn't is cut off in the end.
    func end(_ number: UInt64, _ eviction: Eviction) {
        let isThere = state.withLock { state in
            guard let place = state.places[number], place.evicted == nil else { return false }
            state.places[number]?.evicted = .now
            place.standing.evict(eviction)
            return true
        }
        if isThere { tellEnding(number) }
    }

    private static func evict(_ number: UInt64, _ eviction: Eviction, _ state: inout State) {
        guard let place = state.places[number], place.evicted == nil else { return }
        state.places[number]?.evicted = .now
        place.standing.evict(eviction)
        Socket.endReading(rawDescriptor: place.socket)
    }

    /// Cuts off those that were told to end and haven't left: their clients take nothing.
    package func cutOffEvicted(now: Instant = .now) {
        state.withLock { state in
            for place in state.places.values {
                guard let evicted = place.evicted, now.seconds(since: evicted) > Self.leave else { continue }
                Socket.end(rawDescriptor: place.socket)
            }
        }
    }
}
