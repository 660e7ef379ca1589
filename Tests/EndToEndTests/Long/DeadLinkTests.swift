import Platform
import TestSupport
import Testing

extension LongTests {
    /// With the times of the real client, minutes long: by `scripts/soak links`. `ClientTests/Network/DeadLinkTests` has the same
    /// with short ones.
    @Suite(
        "Links whose packets vanish",
        .enabled(if: LongTests.hasTime, "only by scripts/soak links"))
    struct DeadLinkTests {
        /// Bytes of the file, and bytes that pass before the link dies: the client still sends then, or only waits.
        @Test(
            "are noticed by the client within two and a half minutes",
            arguments: [(30 << 20, 1 << 20), (200_000, 100_000)])
        func vanishing(_ size: Int, _ bytes: Int) async throws {
            try await onThread {
                let server = try TestServer()
                let proxy = try LinkProxy(to: server.port) { number in
                    LinkQuality(breaksAfter: number == 0 ? bytes : nil, vanishes: true)
                }
                let client = try TestClient(server, port: proxy.port)
                try client.record(sample(size), as: "clip.mp4")
                let recordings = try client.recordings()
                let program = try RunningProgram(
                    Binaries.client, client.arguments(["--once"]), environment: client.environment)
                #expect(try eventually { proxy.connections.first?.isBroken == true })
                let begun = Instant.now
                #expect(try eventually(seconds: 150) { proxy.connections.count > 1 }, "\(program.text(.error))")
                let seconds = Instant.now.seconds(since: begun)
                print("a link that died under \(size >> 10) KiB was noticed after \(Int(seconds)) s")
                #expect(try program.waitForEnd(seconds: 120).status == 0)
                #expect(try server.site.stored() == recordings)
            }
        }

        @Test("a server that takes nothing for two and a half minutes, but is there, isn't given up")
        func slow() async throws {
            try await onThread {
                let server = try TestServer(options: ["--stall-timeout", "300", "--min-rate", "0"])
                let proxy = try LinkProxy(to: server.port, LinkQuality(stalls: (bytes: 16 << 20, seconds: 150)))
                let client = try TestClient(server, port: proxy.port)
                try client.record(sample(30 << 20), as: "clip.mp4")
                let recordings = try client.recordings()
                let ended = try client.pass(seconds: 400)
                #expect(ended.status == 0, "\(ended.error)")
                #expect(proxy.connections.count == 1)
                #expect(try server.site.stored() == recordings)
            }
        }
    }
}
