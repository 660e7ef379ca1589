import Domain
import Platform
import TestSupport
import Testing
import Transport
import Wire

@testable import AutoUploadClient

/// A name with several addresses, where the server that is meant answers at some only.
@Suite("Addresses of a server")
struct AddressTests {
    private static func address(_ text: String, _ port: UInt16 = 0) throws -> SocketAddress {
        try #require(try resolve(host: text, port: port, passive: true).first)
    }

    private func context(
        _ rig: ClientRig, _ server: FakeServer, at addresses: [SocketAddress]
    ) throws -> PassContext {
        try rig.context(
            for: server, trusting: TestCertificates.trusted.get(), addresses: ServerAddresses { _ in addresses })
    }

    /// What answers at an address that won't do.
    struct Impostor: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let says: String
        let exitCode: ExitCode
        var isSilent: Bool { says == "silent" }
        let begin: @Sendable () throws -> (SocketAddress, any Sendable)

        init(
            _ description: String, says: String, _ exitCode: ExitCode,
            begin: @escaping @Sendable () throws -> (SocketAddress, any Sendable)
        ) {
            testDescription = description
            self.says = says
            self.exitCode = exitCode
            self.begin = begin
        }

        init(
            _ description: String, says: String, _ exitCode: ExitCode,
            _ certificates: Result<TestCertificates.Files, any Error> = TestCertificates.trusted,
            script: @escaping FakeServer.Script
        ) {
            self.init(description, says: says, exitCode) {
                let server = try FakeServer(certificates.get(), script: script)
                return (try AddressTests.address("127.0.0.1", server.port), server)
            }
        }
    }

    static let impostors = [
        Impostor("nobody", says: "Connection refused", .temporaryFailure) {
            (try Listener(on: address("127.0.0.1")).address, 0)
        },
        Impostor("one that is silent", says: "silent", .temporaryFailure) {
            let listener = try Listener(on: address("127.0.0.1"))
            return (listener.address, listener)
        },
        Impostor("one that speaks HTTP", says: "TLS", .protocolError) {
            try talker("HTTP/1.1 400 Bad Request\r\n\r\n")
        },
        Impostor("one that hangs up", says: "the connection broke", .temporaryFailure) { try talker("") },
        Impostor("one with another certificate", says: "certificate", .protocolError, TestCertificates.stranger) {
            _, honest, _ in honest
        },
        Impostor("one that doesn't greet", says: "silent", .temporaryFailure) { _, _, _ in [] },
        Impostor("one that greets with something else", says: "welcome", .protocolError) { _, _, _ in
            [.send(.granted(try Granted()))]
        },
        Impostor("one that sends us away", says: "busy", .temporaryFailure) { _, _, _ in
            [.send(.closing(Refusal(status: .busy, text: "not now"))), .hangUp]
        },
    ]

    /// Says one thing to everybody, whatever it hears.
    private static func talker(_ text: String) throws -> (SocketAddress, any Sendable) {
        let listener = try Listener(on: address("127.0.0.1"))
        try Thread.detach { [weak listener] in
            while let current = listener {
                guard let socket = try? current.accept(until: .after(seconds: 0.2)) else { continue }
                try? socket.descriptor.write(Array(text.utf8))
            }
        }
        return (listener.address, listener)
    }

    @Test(
        "one that won't do is passed over, and said; where it worked is tried first from then on", arguments: impostors)
    func passedOver(_ impostor: Impostor) throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        let (wrong, keeper) = try impostor.begin()
        let right = try Self.address("127.0.0.1", server.port)
        let context = try context(rig, server, at: [wrong, right])
        if impostor.isSilent { context.setup.target.patience.answerSeconds = 1 }
        try rig.write("one", to: "one")
        var result = try rig.pass(context)
        // A machine that has much to do may let the right one seem silent, too.
        for _ in 0..<20 where impostor.isSilent && result.failure != nil { result = try rig.pass(context) }
        #expect(result.failure == nil && result.remaining == 0, "\(String(describing: result.failure))")
        #expect(try rig.confirmed(["one"]) == ["one"])
        let line = try #require(rig.log.first { $0.hasPrefix("passed-over ") })
        #expect(line.contains(wrong.description) && line.contains(impostor.says), "\(line)")
        let order = try context.setup.target.addresses.inOrder(of: context.setup.target.server)
        #expect(order.map(\.description) == [right.description, wrong.description])
        withExtendedLifetime(keeper) {}
    }

    @Test("when none will do, each is named with its own reason, and who answers counts more", arguments: impostors)
    func noneWillDo(_ impostor: Impostor) throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        let (wrong, keeper) = try impostor.begin()
        let nobody = try Listener(on: Self.address("127.0.0.2")).address
        try rig.write("one", to: "one")
        let context = try context(rig, server, at: [nobody, wrong])
        if impostor.isSilent { context.setup.target.patience.answerSeconds = 1 }
        let failure = try #require(try rig.pass(context).failure)
        #expect(failure.exitCode == impostor.exitCode, "\(failure)")
        #expect(failure.description.contains(impostor.says), "\(failure)")
        if case .closed = failure { return }
        #expect(failure.description.contains("\(nobody): Connection refused"), "\(failure)")
        #expect(failure.description.contains("\(wrong): "), "\(failure)")
        withExtendedLifetime(keeper) {}
    }

    @Test("the password isn't told to another address once one has denied the login")
    func deniedLogin() throws {
        let rig = try ClientRig()
        let denying = try FakeServer { heard, honest, _ in
            guard case .message(.authenticate) = heard else { return honest }
            return [.send(.denied(Refusal(status: .credentialsWrong, text: ""))), .hangUp]
        }
        let other = try FakeServer()
        let addresses = try [denying, other].map { try Self.address("127.0.0.1", $0.port) }
        try rig.write("one", to: "one")
        let context = try context(rig, denying, at: addresses)
        #expect(try rig.pass(context).failure?.exitCode == .noPermission)
        #expect(other.everythingHeard.isEmpty)
    }

    @Test("a name without addresses, and one that nobody knows, mean come back later")
    func noAddress() throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        try rig.write("one", to: "one")
        let failure = try #require(try rig.pass(context(rig, server, at: [])).failure)
        #expect(failure.exitCode == .temporaryFailure && failure.description.contains("no address"))
    }

    @Test("IPv6 and IPv4 take turns, and the system's favourite comes first")
    func turns() throws {
        let texts = ["::1", "::2", "::3", "127.0.0.1", "127.0.0.2"]
        let addresses = try texts.map { try Self.address($0) }
        #expect(ServerAddresses.takingTurns(addresses).map(\.host) == ["::1", "127.0.0.1", "::2", "127.0.0.2", "::3"])
        #expect(ServerAddresses.takingTurns(addresses.reversed()).map(\.host).prefix(2) == ["127.0.0.2", "::3"])
        #expect(ServerAddresses.takingTurns([]).isEmpty)
    }
}
