import CommandLine
import Platform
import Transport
import Wire

/// What has to go well on the way to the server, up to the login.
final class NetworkChecks {
    private let configuration: Configuration
    private let target: ServerTarget
    private let transfer: TransferGuard
    private let list: Checklist
    /// In the order in which they are done.
    private static let points = ["name", "route", "connection", "certificate", "server", "login"]
    /// How many of them are.
    private var done = 0

    init(_ configuration: Configuration, _ target: ServerTarget, _ transfer: TransferGuard, _ list: Checklist) {
        self.configuration = configuration
        self.target = target
        self.transfer = transfer
        self.list = list
    }

    func run() {
        guard interface() else {
            for point in Self.points { list.untried(point) }
            return
        }
        target.follow = { [unowned self] in note($0) }
        defer { target.follow = { _ in } }
        do throws(SyncFailure) {
            var connection = try ServerConnection.open(target, transfer, .none)
            for address in connection.passedOver { list.warning("address", "\(address) was passed over") }
            connection.link.queue(.goodbye)
            // Whether the server hears it makes no difference.
            try? connection.link.flush(until: .after(seconds: 1))
            connection.link.close()
        } catch {
            fail(error)
        }
    }

    private func interface() -> Bool {
        let wanted = configuration.interfaces
        if wanted.isEmpty {
            list.passed("interface", "any: none is named by --inet")
            return true
        }
        if let name = wanted.first(where: { (try? NetworkInterface.isUsable($0)) == true }) {
            list.passed("interface", "\(name) is up, and has an address; connections are bound to it")
            return true
        }
        let names = (try? NetworkInterface.names()) ?? []
        let isThere = !names.isDisjoint(with: wanted)
        let name = escaped(wanted.joined(separator: ", "))
        list.failed(
            "interface", isThere ? "\(name) is down, or has no address" : "there is no \(name)",
            isThere
                ? "bring it up: it is waited for" : "--inet takes one of: \(names.sorted().joined(separator: ", "))",
            .temporaryFailure)
        return false
    }

    private func note(_ step: ConnectionStep) {
        switch step {
        case .found(let addresses):
            pass(1, "\(target.server): \(addresses.map(\.host).joined(separator: ", "))")
            route(to: addresses)
        case .reached(let address): pass(3, "\(address) accepts connections")
        case .trusted(let certificate, let time, let protection): tell(certificate, time, protection)
        case .greeted(let welcome): pass(5, "\(escaped(welcome.software)), protocol \(welcome.version)")
        case .loggedIn: pass(6, "\(escaped(target.user)) is let in")
        }
    }

    /// Points are passed once, though several addresses may come as far.
    private func pass(_ count: Int, _ text: String) {
        guard count > done else { return }
        done = count
        list.passed(Self.points[count - 1], text)
    }

    private func route(to addresses: [SocketAddress]) {
        var texts: [String] = []
        for address in addresses {
            do throws(SystemError) {
                let own = try sourceAddress(towards: address)
                texts.append("\(address.host) by \(NetworkInterface.name(having: own) ?? "?") as \(own.host)")
            } catch {
                texts.append("\(address.host): \(error.errno)")
            }
        }
        // Routes say where unbound connections go.
        let bound = transfer.interface.map { ", by the routes alone: the connection is bound to \($0)" } ?? ""
        pass(2, texts.joined(separator: ", ") + bound)
    }

    private func tell(_ certificate: CertificateSummary?, _ time: Int64, _ protection: String) {
        var text = protection
        if let certificate { text += ", for \(escaped(certificate.subject)), until \(utcText(certificate.end))" }
        if time > currentUnixTime() { text += "; judged as of \(utcText(time)), as the clock is late" }
        pass(4, text)
    }

    private func fail(_ failure: SyncFailure) {
        let point = Self.points[min(point(of: failure), Self.points.count - 1)]
        list.failed(point, failure.description, advice(for: failure), failure.exitCode)
        for later in Self.points.drop(while: { $0 != point }).dropFirst() { list.untried(later) }
    }

    private func point(of failure: SyncFailure) -> Int {
        switch failure {
        // The route is told with the name.
        case .unreachable where done >= 1: max(2, done)
        case .untrusted: 3
        case .notOurServer where done >= 1: max(3, done)
        case .loginDenied: 5
        default: done
        }
    }

    private func advice(for failure: SyncFailure) -> String {
        switch failure {
        case .unreachable where done == 0: "look at --servername, and at the name service (DNS) of this machine"
        case .unreachable: "look whether the server runs, at its port, and at firewalls between"
        case .loginDenied:
            "give the server's user this password by adduser --update, or mend --username or --password-file"
        case .untrusted:
            "give the authority's certificate by --ca-file, the server's name as its certificate has it, and set the clock"
        case .notOurServer: "look at the port; in a network that wants a login first (captive portal), log in"
        default: ""
        }
    }
}
