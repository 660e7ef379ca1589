import Connections
import Events
import Logins
import Platform
import Transport

/// What a server looks after by itself while it serves: whether its certificate or its users have changed, about each second.
/// On a thread of its own: a disk or a network folder that doesn't answer holds up nothing else.
final class Upkeep: Sendable {
    /// The services change with the storage.
    private let storehouse: Storehouse
    private let asked = Event()
    private let state = Monitor(State())

    private struct State {
        var isAsked = false
        /// Changes of the password file that were seen, and those whose consequences were drawn.
        var (seen, done) = (0, 0)
    }

    private static let seconds = 1.0

    init(_ storehouse: Storehouse) {
        self.storehouse = storehouse
    }

    private var services: Services { storehouse.services }

    /// Begins to look, for as long as the server serves.
    func start() throws(SystemError) {
        services.report(services.certificate.warnings())
        try Thread.detach { [self] in
            while !services.registry.isStopping {
                asked.wait(until: .after(seconds: Self.seconds))
                let atOnce = state.withLock { state in
                    defer { state.isAsked = false }
                    return state.isAsked
                }
                look(atOnce: atOnce)
            }
        }
    }

    /// Has everything looked at now, whether it seems to have changed or not.
    func hurry() {
        state.withLock { $0.isAsked = true }
        asked.signal()
    }

    private func look(atOnce: Bool) {
        let services = services
        let before = services.certificate.context
        services.report(services.certificate.look(atOnce: atOnce) + services.certificate.warnings())
        let certificate = services.certificate.context
        if certificate !== before { services.registry.end { certificate.revokes($0) } }
        lookAtAccounts(atOnce: atOnce)
        services.registry.cutOffEvicted()
        services.report(services.lines.takeUntold().map(ServerEvent.untold))
    }

    /// Ends connections whose logins don't count any more. A file that is just being written by an editor, and may be empty for
    /// a moment, ends none: it is judged when it has stood still for a look.
    private func lookAtAccounts(atOnce: Bool) {
        let services = services
        let changes = services.gate.lookAtAccounts()
        let isDue = state.withLock { state in
            defer { state.seen = changes }
            guard changes != state.done, atOnce || changes == state.seen else { return false }
            state.done = changes
            return true
        }
        guard isDue else { return }
        services.registry.endLogins { services.gate.objection(to: $0) }
        services.gate.endTokens()
    }
}
