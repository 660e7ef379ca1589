import CommandLine
import Platform

/// Accepts connections, each on a thread of its own, until it is told to stop.
struct Server: Sendable {
    let services: Services
    private let listeners: [Listener]

    /// Listens on the addresses.
    ///
    /// - Throws: `ProgramError` when none can be listened on, saying what to do.
    init(services: Services, address: String?, port: UInt16) throws(ProgramError) {
        self.services = services
        listeners = try Self.listen(address: address, port: port)
    }

    /// Serves until SIGTERM or SIGINT, then lets the connections come to an end.
    func run() throws(ProgramError) {
        services.report(.receiptKey(services.receipts.key))
        for listener in listeners {
            services.report(.listening(listener.address))
            do throws(SystemError) {
                try Thread.detach { accept(from: listener) }
            } catch {
                throw ProgramError(error)
            }
        }
        waitForEnd()
        services.report(.stopping)
        services.registry.stop()
        let deadline = Deadline.after(seconds: services.limits.shutdown)
        while services.registry.count > 0, !deadline.hasPassed { Thread.sleep(seconds: 0.02) }
        services.report(.stopped(stored: services.registry.stored))
        // Connections that didn't come to an end still use OpenSSL, whose clean-up at a normal exit would be under their feet.
        if services.registry.count > 0 { ExitCode.success.exitAtOnce() }
    }

    private func waitForEnd() {
        while true {
            if case .terminate = Signals.wait(until: .after(seconds: 3600)) { return }
            for (file, offset) in services.vault.removeExpired() { services.report(.expired(file, offset: offset)) }
        }
    }

    // MARK: Accepting

    private func accept(from listener: Listener) {
        while !services.registry.isStopping {
            do throws(SystemError) {
                guard let socket = try listener.accept(until: .after(seconds: 1)) else { continue }
                start(socket)
            } catch {
                // No descriptor or memory left: those who are being served give some back.
                services.report(.warning(error.description))
                Thread.sleep(seconds: 0.1)
            }
        }
    }

    /// The handshake is the new thread's first work, so that a slow peer holds up nobody else.
    private func start(_ socket: consuming Socket) {
        let address = socket.peer
        guard let number = services.registry.add(socket) else {
            return services.report(.full(address, reason: "too many connections"))
        }
        let handOver = HandOver(socket)
        do throws(SystemError) {
            try Thread.detach {
                if let socket = handOver.take() { Connection.serve(socket, services, registered: number) }
            }
        } catch {
            services.registry.remove(number)
            services.report(.full(address, reason: error.description))
        }
    }

    // MARK: Listening

    private static func listen(address: String?, port: UInt16) throws(ProgramError) -> [Listener] {
        let addresses: [SocketAddress]
        do throws(ResolveError) {
            addresses = try resolve(host: address, port: port, passive: true)
        } catch {
            throw ProgramError("--address: \(error)", exitCode: .configuration)
        }
        var listeners: [Listener] = []
        var lastError: SystemError?
        for address in addresses {
            do throws(SystemError) {
                listeners.append(try Listener(on: address))
            } catch {
                lastError = error
                // A machine without IPv6 (or IPv4) still serves on the other; anything else is worth an end.
                if error.errno != .addressFamilyNotSupported, error.errno != .addressNotAvailable {
                    throw explain(error, port: port)
                }
            }
        }
        if listeners.isEmpty, let lastError { throw explain(lastError, port: port) }
        return listeners
    }

    private static func explain(_ error: SystemError, port: UInt16) -> ProgramError {
        switch error.errno {
        case .addressInUse:
            ProgramError(
                "\(error): another program uses port \(port); end it, or choose another with --port",
                exitCode: .operatingSystem)
        case .accessDenied:
            ProgramError(
                "\(error): ports below 1024 need root or the capability CAP_NET_BIND_SERVICE; or choose another "
                    + "with --port", exitCode: .noPermission)
        default: ProgramError(error)
        }
    }
}

/// Carries a socket, which has one owner, into a thread's closure, which may be called only once but doesn't say so.
private final class HandOver: Sendable {
    private let socket: Monitor<Socket?>

    init(_ socket: consuming Socket) {
        self.socket = Monitor(socket)
    }

    func take() -> Socket? {
        socket.withLock { $0.take() }
    }
}
