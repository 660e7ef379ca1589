import Platform
import Transport
import Wire

extension Pass {
    /// Connects and logs in, and says so.
    func connect() throws(SyncFailure) -> ServerConnection {
        let connection = try ServerConnection.open(setup.target, setup.transfer, TokenFile(folder: state.folder))
        noteTime()
        sayConnected(connection)
        return connection
    }

    /// The card is spared: what is missing of it is less than a certificate is usually renewed ahead of its end.
    private static let timeStep: Int64 = 12 * 3600

    /// Takes in what the state knows of the time.
    func recallTime() {
        do throws(StateError) {
            if memory.forgetsTime() { try state.forgetLatestTime() }
            if let time = try state.latestTime() { setup.target.time.take(time) }
        } catch {
            setup.warn("time-not-known", error)
        }
    }

    private func noteTime() {
        do throws(StateError) {
            let latest = setup.target.time.latest
            guard try latest > (state.latestTime() ?? 0) + Self.timeStep else { return }
            try state.setLatestTime(latest)
        } catch {
            setup.warn("time-not-noted", error)
        }
    }

    private func sayConnected(_ connection: borrowing ServerConnection) {
        for address in connection.passedOver where memory.told.isNews(address) {
            var line = LogLine("passed-over", level: .warning)
            line.add("reason", address)
            setup.reporter.log(line)
        }
        var line = LogLine("connected")
        line.add("server", setup.target.server.description)
        line.add("address", connection.link.peer.description)
        line.add("user", setup.target.user)
        line.add("tls", connection.link.protection)
        line.add("software", connection.welcome.software)
        line.add("protocol", connection.welcome.version)
        let time = setup.target.time
        if time.isClockLate { line.add("clock-late", "it is \(utcText(time.latest)) at least") }
        setup.reporter.log(line)
    }
}
