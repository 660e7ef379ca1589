import Foundation
import TestSupport
import Testing

/// Somebody in the server's place, or on the way to it: no client says its password there.
@Suite("False servers")
struct FalseServerTests {
    /// A server of openssl's own that shows a certificate, and keeps what it is told.
    private func falseServer(_ certificates: ExampleCertificates, _ options: [String]) throws -> (
        RunningProgram, UInt16
    ) {
        let program = try RunningProgram(
            "/usr/bin/openssl",
            ["s_server", "-accept", "127.0.0.1:0", "-alpn", "auto-upload/1"]
                + ["-cert", certificates.chain, "-key", certificates.key] + options, standardInput: nil)
        guard let line = program.waitForLine(.output, containing: "ACCEPT 127.0.0.1:"),
            let port = line.split(separator: ":").last.flatMap({ UInt16($0) })
        else { throw Failure("openssl doesn't listen") }
        return (program, port)
    }

    private func attempt(
        at server: String, trusting authority: String, _ options: String...
    ) throws -> RunningProgram.Outcome {
        let client = try TestClient(server: server, authority: authority)
        try client.record(sample(1000), as: "a")
        return try RunningProgram.run(
            Binaries.client, client.arguments(["--once"] + options), environment: client.environment)
    }

    @Test("TLS 1.2 in the place of 1.3 is refused by a client that wasn't told to take it", arguments: [false, true])
    func downgrade(_ hasRightCertificate: Bool) throws {
        let right = try Fixtures.certificates.get()
        let (program, port) = try falseServer(
            hasRightCertificate ? right : Fixtures.others.get(), ["-tls1_2"])
        let outcome = try attempt(at: "127.0.0.1:\(port)", trusting: right.authority)
        #expect(outcome.status == 76 && outcome.error.contains("--tls-minimum"), "\(outcome)")
        program.signal(SIGTERM)
        #expect(try !program.waitForEnd(seconds: 60).output.contains(Fixtures.password))
    }

    @Test("nor does the server take it from a client, and less than 1.2 from nobody")
    func serverDowngrade() throws {
        for (options, versions) in [([], ["-tls1_2"]), (["--tls-minimum", "1.2"], ["-tls1_1"])] {
            let server = try TestServer(options: options)
            let said = try RunningProgram.run(
                "/usr/bin/openssl",
                ["s_client", "-connect", "127.0.0.1:\(server.port)", "-cipher", "ALL:@SECLEVEL=0"] + versions,
                standardInput: "")
            #expect((said.output + said.error).contains("alert protocol version"), "\(said)")
            try server.expectServing()
        }
    }

    @Test(
        "a certificate for another name, or of another authority, is refused before anything is said",
        arguments: [false, true])
    func wrongName(_ isOtherAuthority: Bool) throws {
        let own = try ExampleCertificates(for: ["elsewhere.example"])
        let authority = isOtherAuthority ? try Fixtures.others.get().authority : own.authority
        let (program, port) = try falseServer(own, [])
        let outcome = try attempt(at: "127.0.0.1:\(port)", trusting: authority)
        #expect(outcome.status == 76, "\(outcome)")
        program.signal(SIGTERM)
        let heard = try program.waitForEnd(seconds: 60).output
        #expect(!heard.contains(Fixtures.password) && !heard.contains("AUP1"))
    }
}
