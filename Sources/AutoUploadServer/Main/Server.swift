import Blobs
import Catalogue
import CommandLine
import Connections
import Events
import Monitoring
import Platform
import Receipts
import Storage
import WebFace

/// Accepts connections, each on a thread of its own, until it is told to stop.
struct Server: Sendable {
    private let storehouse: Storehouse
    private let upkeep: Upkeep
    private let doors: [Door]
    /// Nil where browsers and scripts aren't served.
    private let web: WebRules?
    private let reloading: Reloading
    /// Nil where nothing goes by itself.
    private let retention: RetentionRules?

    /// - Parameters:
    ///   - doors: of `Doors`.
    ///   - reloading: is asked to read the configuration anew.
    init(
        _ storehouse: Storehouse, _ doors: [Door], web: WebRules?, _ reloading: Reloading, _ retention: RetentionRules?
    ) {
        (self.storehouse, self.doors, self.web, self.reloading) = (storehouse, doors, web, reloading)
        self.retention = retention
        upkeep = Upkeep(storehouse)
    }

    private var services: Services { storehouse.services }

    /// Serves until SIGTERM or SIGINT, then lets the connections come to an end.
    func run() throws(ProgramError) {
        services.report(.receiptKey(services.receipts.key))
        ConsoleDesk(storehouse, folder: storehouse.path).start()
        do throws(SystemError) {
            for door in doors { try open(door) }
            try upkeep.start()
            try storehouse.start()
            try TrashUpkeep(storehouse).start()
            if let retention { try Retention(storehouse, retention).start() }
            let storehouse = storehouse
            try DropUpkeep { storehouse.services }.start()
            try EarlierUploads.find { storehouse.services }
        } catch {
            throw ProgramError(error)
        }
        ServiceManager.tell(.ready)
        serve()
        ServiceManager.tell(.stopping)
        services.report(.stopping)
        for door in doors { door.listener.leaveToNext() }
        services.registry.stop()
        for door in doors { door.listener.stop() }
        waitForConnections()
        services.vault.end()
        services.catalogue.end()
        storehouse.blobs?.end()
        services.report(services.lines.takeUntold(isEnd: true).map(ServerEvent.untold))
        services.report(.stopped(stored: services.registry.stored))
    }

    private func open(_ door: Door) throws(SystemError) {
        guard door.use != .metrics else {
            services.report(.measured(door.listener.address))
            let storehouse = storehouse
            return try MetricsDesk { storehouse.services }.start(at: door.listener)
        }
        services.report(.listening(door.listener.address, isPlain: door.isPlain))
        try Thread.detach { accept(by: door) }
    }

    private func serve() {
        var upkeepIsDue = Deadline.after(seconds: Self.seconds)
        while !isToldToEnd(within: min(Self.seconds, ServiceManager.longestSilence)) {
            // Who can't count connections takes none either.
            _ = services.registry.count
            ServiceManager.alive()
            guard upkeepIsDue.hasPassed else { continue }
            upkeepIsDue = .after(seconds: Self.seconds)
            removeExpired()
        }
    }

    /// Between two looks for what has expired.
    private static let seconds = 3600.0

    private func removeExpired() {
        let services = services
        for (file, offset) in services.vault.removeExpired() { services.report(.expired(file, offset: offset)) }
    }

    /// Until the last one has ended, or the time is over, or somebody asks a second time.
    private func waitForConnections() {
        let deadline = Deadline.after(seconds: services.limits.shutdown)
        while services.registry.count > 0, !deadline.hasPassed {
            if isToldToEnd(within: 0.02) {
                return services.report(.warning("told to stop again: leaving at once"))
            }
        }
    }

    private func reload() {
        ServiceManager.tell(.reloading)
        reloading.run()
        upkeep.hurry()
        ServiceManager.tell(.ready)
    }

    /// SIGHUP is no reason to end: what has changed is looked at without waiting.
    private func isToldToEnd(within seconds: Double) -> Bool {
        switch Signals.wait(until: .after(seconds: seconds)) {
        case .terminate: return true
        case .reload: reload()
        case .attend: upkeep.hurry()
        case nil: break
        }
        return false
    }

    // MARK: Accepting

    private func accept(by door: Door) {
        var refusals = RefusalDigest()
        while !services.registry.isStopping {
            do throws(SystemError) {
                waitUntilSomeAreGone()
                guard let socket = try door.listener.accept(until: .after(seconds: 1)) else { continue }
                guard let (address, reason) = start(socket, door) else { continue }
                services.counts.noteRefusedConnection()
                if let reason = refusals.add(reason) { services.report(.full(address, reason: reason)) }
            } catch {
                if services.registry.isStopping { return }
                // No descriptor or memory left: those who are being served give some back.
                if let reason = refusals.add(error.description) { services.report(.warning(reason)) }
                Thread.sleep(seconds: 0.1)
            }
        }
    }

    /// Those who lost their place take a moment to go; who comes meanwhile waits in the kernel's queue, at no cost.
    private func waitUntilSomeAreGone() {
        let deadline = Deadline.after(seconds: 1)
        while services.registry.isCrowded, !deadline.hasPassed { Thread.sleep(seconds: 0.002) }
    }

    /// The handshake is the new thread's first work, so that a slow peer holds up nobody else. Who is refused costs neither.
    ///
    /// - Returns: who was refused, and why.
    private func start(_ socket: consuming Socket, _ door: Door) -> (SocketAddress, String)? {
        let address = socket.peer
        let number: UInt64
        switch services.registry.admit(&socket) {
        case .success(let taken): number = taken
        case .failure(let error):
            socket.abort()
            return (address, error.reason)
        }
        let handOver = HandOver(socket)
        // Taken once the registry knows it: who isn't ended with another storage's connections has that of now.
        let services = services
        do throws(SystemError) {
            try Thread.detach {
                if let socket = handOver.take() {
                    Reception.serve(socket, by: door, services, registered: number, web: web)
                }
            }
            return nil
        } catch {
            return (address, error.description)
        }
    }
}
