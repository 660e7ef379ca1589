import CommandLine
import Connections
import DeviceFace
import Domain
import Events
import Platform
import Transport
import WebFace

/// Answers in the server's place while that can't make its own folder, at its first start ever, as the disk is full: whoever
/// comes is told to come later. Nothing else is known yet, not even the key that receipts will be signed with.
final class WaitingRoom: Sendable {
    private let doors: [Door]
    private let certificate: ServerCertificate
    private let state = Monitor(State())

    private struct State {
        var isOver = false
        /// Threads that answer clients.
        var answering = 0
    }

    init(_ doors: [Door], _ certificate: ServerCertificate) {
        (self.doors, self.certificate) = (doors, certificate)
    }

    /// Opens the storage, as soon as there is room for what it needs.
    ///
    /// - Returns: nil when the process was told to end first.
    func open(_ opener: StorageOpener) throws(ProgramError) -> Stock? {
        var isWaiting = false
        defer { end() }
        while true {
            do throws(StorageOpener.Trouble) {
                return try opener.open()
            } catch {
                guard error.lacksRoom else { throw error.error }
                if !isWaiting { try begin(error.message) }
                isWaiting = true
            }
            ServiceManager.alive()
            if case .terminate = Signals.wait(until: .after(seconds: Self.interval)) { return nil }
        }
    }

    /// Seconds between two attempts.
    private static let interval = 2.0
    /// Seconds for one client, while others wait in the kernel's queue.
    private static let patience = 5.0

    private func begin(_ reason: String) throws(ProgramError) {
        Log.write(ServerEvent.warning("\(reason); until then every client is told to come later").logLine)
        do throws(SystemError) {
            for door in doors where door.use != .metrics {
                Log.write(ServerEvent.listening(door.listener.address, isPlain: door.isPlain).logLine)
                state.change { $0.answering += 1 }
                try Thread.detach { [self] in answer(door) }
            }
            // It answers, and nothing that the service manager could do makes room.
            ServiceManager.tell(.ready)
        } catch {
            state.change { $0.answering -= 1 }
            throw ProgramError(error)
        }
    }

    /// Who comes from here on is the server's.
    private func end() {
        state.change { $0.isOver = true }
        state.wait { $0.answering == 0 ? () : nil }
    }

    private func answer(_ door: Door) {
        defer { state.change { $0.answering -= 1 } }
        while !state.withLock({ $0.isOver }) {
            do throws(SystemError) {
                guard let socket = try door.listener.accept(until: .after(seconds: 0.5)) else { continue }
                if door.isPlain { answerPlain(socket) } else { try? answer(socket, by: door) }
            } catch {
                Thread.sleep(seconds: 0.1)
            }
        }
    }

    private func answer(_ socket: consuming Socket, by door: Door) throws {
        let deadline = Deadline.after(seconds: Self.patience)
        try ProxyGate.findClient(of: &socket, door.proxies, until: deadline)
        let session = try TLSSession(accepting: socket, context: certificate.context)
        try session.handshake(until: deadline)
        guard session.applicationProtocol != nil else { return }
        try Connection.turnAway(session, Self.refusal, until: deadline)
    }

    private func answerPlain(_ socket: consuming Socket) {
        WebConnection.turnAway(
            ByteStream(plain: socket), Self.refusal, until: .after(seconds: Self.patience))
    }

    private static let refusal = Refusal(
        status: .busy, retryAfterSeconds: 60, text: "the server's disk is full, so that it can't begin to serve")
}
