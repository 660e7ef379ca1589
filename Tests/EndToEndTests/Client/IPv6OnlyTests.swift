import Platform
import TestSupport
import Testing

/// The interface that a person names, where there is nothing but IPv6.
@Suite("The named interface, by IPv6 only", .enabled(if: OwnNetwork.areAvailable, OwnNetwork.reason))
struct IPv6OnlyTests {
    private let network: OwnNetwork
    private let server: TestServer
    private let client: TestClient

    init() throws {
        network = try OwnNetwork(isIPv6: true)
        server = try TestServer(options: ["--address", OwnNetwork.server6], through: network.serverWords)
        client = try TestClient(server: "localhost:\(server.port)", authority: server.site.certificates.authority)
        try client.record(sample(300_000, seed: 1), as: "clip.mp4")
    }

    private func pass(_ options: String...) throws -> RunningProgram.Outcome {
        let words = client.arguments(["--once", "--server-address", OwnNetwork.server6] + options)
        return try RunningProgram.run(
            "/usr/bin/env", network.deviceWords + [Binaries.client] + words, environment: client.environment,
            seconds: 120)
    }

    @Test("all goes by it, though the routes prefer another")
    func bound() throws {
        // A link that is up has news for its neighbours (RFC 4861), whatever programs do.
        let chatter = 50_000
        let before = try network.sentBytes("mobile0")
        let ended = try pass("-d", "y", "-i", "near0")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(ended.error.contains(" address=[fd77::1]:"), "\(ended.error)")
        #expect(try server.site.stored().count == 1)
        #expect(try client.isEmpty())
        #expect(try network.sentBytes("near0") > 300_000)
        #expect(try network.sentBytes("mobile0") < before + chatter)
    }

    @Test("a link-local address alone doesn't do")
    func linkLocal() throws {
        try network.onDevice("ip -6 addr flush dev near0 scope global")
        let ended = try pass("-i", "near0")
        #expect(ended.status == 75, "\(ended.error)")
        #expect(ended.error.contains(" waiting-for-interface interface=near0 "), "\(ended.error)")
        #expect(try server.site.stored().isEmpty)
    }
}
