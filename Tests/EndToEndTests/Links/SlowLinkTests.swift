import Platform
import TestSupport
import Testing

/// Links with delay, with a low rate, and with pauses.
@Suite("Slow links")
struct SlowLinkTests {
    @Test("a hundred small files over a link with delay take a bounded number of round trips")
    func delay() async throws {
        try await onThread {
            let server = try TestServer()
            let proxy = try LinkProxy(to: server.port, LinkQuality(delay: 0.05))
            let client = try TestClient(server, port: proxy.port)
            for number in 0..<100 { try client.record(sample(2000, seed: number), as: "\(number % 4)/clip-\(number)") }
            let recordings = try client.recordings()
            let ended = try client.pass("-d", "y")
            #expect(ended.status == 0, "\(ended.error)")
            #expect(try server.site.stored() == recordings)
            #expect(try client.isEmpty())
            // Handshake, greeting, login, files, goodbye. Where sending takes longer than the link's delay, what only
            // follows an answer seems to need it: hence some more. One for each file would be a hundred.
            let trips = try #require(proxy.connections.first).roundTrips
            print("100 small files over 50 ms each way: \(trips) round trips")
            #expect(trips <= 25)
        }
    }

    @Test(
        "uploads get through",
        arguments: [
            LinkQuality(rate: 300_000), LinkQuality(delay: 0.05, rate: 1_000_000),
            LinkQuality(stalls: (bytes: 200_000, seconds: 0.7)),
            LinkQuality(delay: 0.2, stalls: (bytes: 20_000, seconds: 0.05)),
        ])
    func slow(_ quality: LinkQuality) async throws {
        try await onThread {
            let server = try TestServer.withUserFolders()
            let proxy = try LinkProxy(to: server.port, quality)
            let job = try MixedJob(0, server, port: proxy.port)
            let ended = try job.pass()
            #expect(ended.status == 0, "\(ended.error)")
            try job.expectDone("\(ended.error)")
            #expect(proxy.connections.count == 1)
        }
    }
}
