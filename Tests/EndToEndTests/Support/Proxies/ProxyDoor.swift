import Platform
import Synchronization

/// Where a proxy takes its connections, each served on a thread of its own, until the proxy goes.
final class ProxyDoor: Sendable {
    let port: UInt16
    private let stop = StopFlag()

    /// - Parameter serve: is given each connection with its number, counted from 0, and should end once the flag is set.
    init(_ serve: @escaping @Sendable (consuming Socket, Int, StopFlag) -> Void) throws {
        Signals.ignoreNuisances()
        guard let address = try resolve(host: "127.0.0.1", port: 0, passive: true).first else {
            throw Failure("no loopback")
        }
        let listener = try Listener(on: address)
        port = listener.address.port
        let stop = stop
        try Platform.Thread.detach {
            var number = 0
            while !stop.isSet {
                guard let socket = try? listener.accept(until: .after(seconds: 0.1)) else { continue }
                Self.start(socket, number, stop, serve)
                number += 1
            }
        }
    }

    deinit {
        stop.set()
    }

    private static func start(
        _ socket: consuming Socket, _ number: Int, _ stop: StopFlag,
        _ serve: @escaping @Sendable (consuming Socket, Int, StopFlag) -> Void
    ) {
        let handOver = Monitor<Socket?>(socket)
        try? Platform.Thread.detach {
            if let socket = handOver.withLock({ $0.take() }) { serve(socket, number, stop) }
        }
    }
}

/// Tells threads that they are to end.
final class StopFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}
