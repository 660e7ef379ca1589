import Foundation
import Platform
import TestSupport
import Testing

/// The interface that a person names, in networks of their own.
@Suite("The named interface", .enabled(if: OwnNetwork.areAvailable, OwnNetwork.reason))
struct InterfaceTests {
    private let network: OwnNetwork
    private let server: TestServer
    private let client: TestClient

    init() throws {
        network = try OwnNetwork()
        server = try TestServer(options: ["--address", OwnNetwork.server], through: network.serverWords)
        // The certificate is for this name, and nobody could look it up.
        client = try TestClient(
            server: "localhost:\(server.port)", authority: server.site.certificates.authority)
    }

    private func words(_ options: [String]) -> [String] {
        network.deviceWords + [Binaries.client] + client.arguments(["--server-address", OwnNetwork.server] + options)
    }

    private func pass(_ options: String...) throws -> RunningProgram.Outcome {
        try RunningProgram.run(
            "/usr/bin/env", words(["--once"] + options), environment: client.environment, seconds: 120)
    }

    private func start(_ options: String...) throws -> RunningProgram {
        try RunningProgram(
            "/usr/bin/env", words(["--interval", "1"] + options), environment: client.environment)
    }

    @Test("not a byte leaves by another interface, though the routes prefer it")
    func bound() throws {
        try client.record(sample(300_000, seed: 1), as: "clip.mp4")
        let before = try network.sentBytes("mobile0")
        let ended = try pass("-i", "near0")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try server.site.stored().count == 1)
        #expect(try network.sentBytes("mobile0") == before)
        #expect(try network.sentBytes("near0") > 300_000)
    }

    @Test("without the option the routes decide, which shows that they prefer the other")
    func unbound() throws {
        try client.record(sample(300_000, seed: 1), as: "clip.mp4")
        #expect(try pass().status == 0)
        #expect(try network.sentBytes("mobile0") > 300_000)
    }

    @Test("of several, the first that is usable is used, and no other is touched")
    func preference() throws {
        try network.onDevice("ip link set near0 down")
        try client.record(sample(300_000, seed: 1), as: "clip.mp4")
        let before = try network.sentBytes("mobile0")
        #expect(try pass("-i", "near0").status == 75)
        #expect(try network.sentBytes("mobile0") == before)
        #expect(try pass("-i", "near0,mobile0").status == 0)
        #expect(try network.sentBytes("mobile0") > before + 300_000)
    }

    @Test(
        "a link that goes down in the midst of a file ends the transfer, which goes on by the same link once it is up")
    func goesDown() throws {
        try client.record(sample(4_000_000, seed: 1), as: "clip.mp4")
        let before = try network.sentBytes("mobile0")
        // Seconds at this pace: it goes down long before the end.
        let daemon = try start("-i", "near0", "--limit-rate", "600K")
        #expect(try eventually { try network.sentBytes("near0") > 500_000 }, "\(daemon.text(.error))")
        try network.onDevice("ip link set near0 down")
        #expect(daemon.waitForLine(.error, containing: " waiting-for-interface ") != nil, "\(daemon.text(.error))")
        let sent = try network.sentBytes("near0")
        #expect(sent < 4_000_000)
        try network.onDevice("ip addr flush dev near0 && ip addr add 10.77.0.3/24 dev near0 && ip link set near0 up")
        #expect(daemon.waitForLine(.error, containing: " interface-up ") != nil, "\(daemon.text(.error))")
        #expect(daemon.waitForLine(.error, containing: " confirmed ", seconds: 60) != nil, "\(daemon.text(.error))")
        #expect(try network.sentBytes("near0") < sent + 4_000_000, "it went on where it was")
        #expect(try network.sentBytes("mobile0") == before)
        #expect(try server.site.stored().count == 1)
    }
}
