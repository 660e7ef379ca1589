import Domain
import Platform
import Testing
import Wire

@testable import AutoUploadClient

@Suite("Connecting")
struct ConnectionTests {
    private func failure(
        _ rig: ClientRig, against server: FakeServer, trusting certificates: Result<TestCertificates.Files, any Error>,
        host: String = "127.0.0.1"
    ) throws -> SyncFailure? {
        try rig.write("one", to: "one")
        let context = try rig.context(for: server, trusting: certificates.get(), host: host)
        let result = try rig.pass(context)
        #expect(try rig.confirmed(["one"]).isEmpty)
        return result.failure
    }

    @Test("a server whose authority isn't trusted gets nothing, not even a login")
    func untrustedAuthority() throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        let failure = try failure(rig, against: server, trusting: TestCertificates.stranger)
        #expect(failure?.exitCode == .protocolError)
        #expect(server.everythingHeard.isEmpty)
    }

    @Test("a certificate for another name isn't trusted")
    func wrongName() throws {
        let rig = try ClientRig()
        let server = try FakeServer(TestCertificates.stranger.get())
        let failure = try failure(rig, against: server, trusting: TestCertificates.stranger)
        guard case .untrusted = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(server.everythingHeard.isEmpty)
    }

    @Test("nobody there means come back later")
    func nobodyThere() throws {
        let rig = try ClientRig()
        try rig.write("one", to: "one")
        var context: PassContext?
        do {
            let server = try FakeServer()
            context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        }
        let result = try rig.pass(#require(context))
        #expect(result.failure?.exitCode == .temporaryFailure)
        #expect(result.remaining == 1)
    }

    @Test(
        "what a denied login means depends on its status",
        arguments: [
            (Status.credentialsWrong, ExitCode.noPermission), (.accountLocked, .noPermission),
            (.busy, .temporaryFailure), (Status(rawValue: 0x7777), .temporaryFailure),
        ])
    func deniedLogin(_ status: Status, _ code: ExitCode) throws {
        let rig = try ClientRig()
        let server = try FakeServer { heard, honest, _ in
            guard case .message(.authenticate) = heard else { return honest }
            return [.send(.denied(Refusal(status: status, text: "no \u{1b}[31m"))), .hangUp]
        }
        let failure = try #require(try failure(rig, against: server, trusting: TestCertificates.trusted))
        #expect(failure.exitCode == code)
        #expect(!failure.description.contains("\u{1b}"))
    }

    @Test(
        "a version that we don't speak, or no welcome at all, means that it isn't our server", arguments: [true, false])
    func strangeWelcome(_ isWelcome: Bool) throws {
        let rig = try ClientRig()
        let server = try FakeServer { heard, honest, _ in
            guard case .message(.hello) = heard else { return honest }
            let welcome = try Welcome(version: 3, software: "x", maxOpenUploads: 1, serverTime: 0)
            return [.send(isWelcome ? .welcome(welcome) : .granted(try Granted()))]
        }
        let failure = try failure(rig, against: server, trusting: TestCertificates.trusted)
        #expect(failure?.exitCode == .protocolError)
    }

    @Test("the password goes to the server, and into no line of log")
    func keepsSecrets() throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        try rig.write("one", to: "one")
        _ = try rig.pass(against: server)
        let sent = server.everythingHeard.contains { heard in
            guard case .message(.authenticate(let login)) = heard else { return false }
            return login.password.bytes == Array("secret".utf8) && login.user == "camera"
        }
        #expect(sent)
        #expect(!rig.log.contains { $0.contains("secret") })
    }

    @Test("an interface that goes down while data flows ends the connection, and the file stays due")
    func interfaceGoesDown() throws {
        let isUp = Shared(true)
        let rig = try ClientRig(interface: { _ in isUp.withLock { $0 } })
        try rig.write(count: 700_000, to: "large")
        // The server takes the offer and then says nothing: only the interface can end the wait.
        let server = try FakeServer { heard, honest, _ in
            guard case .message(.offer) = heard else { return honest }
            isUp.withLock { $0 = false }
            return []
        }
        let result = try rig.pass(against: server)
        guard case .interfaceDown = result.failure else {
            Issue.record("\(String(describing: result.failure))")
            return
        }
        #expect(result.remaining == 1)
    }

    @Test("nothing is sent, nor anybody connected to, while the interface is down")
    func interfaceIsDown() throws {
        let rig = try ClientRig(interface: { _ in false })
        let server = try FakeServer()
        let failure = try failure(rig, against: server, trusting: TestCertificates.trusted)
        #expect(failure?.exitCode == .temporaryFailure)
        #expect(server.everythingHeard.isEmpty)
    }

    @Test("who is stopped while the server keeps silent ends at once")
    func stops() throws {
        let rig = try ClientRig()
        try rig.write(count: 700_000, to: "large")
        let stop = rig.stop
        let server = try FakeServer { heard, honest, _ in
            guard case .message(.offer) = heard else { return honest }
            stop.stop()
            return []
        }
        let result = try rig.pass(against: server)
        guard case .stopped = result.failure else {
            Issue.record("\(String(describing: result.failure))")
            return
        }
    }
}
