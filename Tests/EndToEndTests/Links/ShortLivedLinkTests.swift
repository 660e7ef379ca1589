import Platform
import TestSupport
import Testing

/// Links none of which lives long enough for a file.
@Suite("Short-lived links")
struct ShortLivedLinkTests {
    /// Bytes that a link carries, both directions together, before it is reset; and bytes of the file.
    @Test(
        "a file gets through, in one pass, over links of which each dies after a part of it",
        arguments: [(200 << 10, 4 << 20), (60 << 10, 240_000)])
    func getsThrough(_ life: Int, _ size: Int) async throws {
        try await onThread {
            let server = try TestServer()
            let proxy = try LinkProxy(to: server.port, LinkQuality(breaksAfter: life))
            let client = try TestClient(server, port: proxy.port)
            try client.record(sample(size), as: "clip.mp4")
            let recordings = try client.recordings()
            let ended = try client.pass("-d", "y", seconds: 300)
            #expect(ended.status == 0, "\(ended.error)\n\(server.log)")
            #expect(try server.site.stored() == recordings)
            #expect(try client.isEmpty())
            let links = proxy.connections
            let sent = links.map(\.bytes).reduce(0, +)
            print("\(size >> 10) KiB over links of \(life >> 10) KiB: \(links.count) links, \(sent >> 10) KiB")
            // How many links it takes is the machine's matter. A pass gives up when nothing comes of five in a row; that each
            // goes on where the one before ended is ours.
            let offsets = server.log.split(separator: "\n").filter { $0.contains(" resumed ") }.compactMap(Self.offset)
            #expect(!offsets.isEmpty)
            #expect(offsets == offsets.sorted())
            #expect(try eventually { try server.site.partials().isEmpty })
        }
    }

    private static func offset(in line: Substring) -> UInt64? {
        line.split(separator: " ").first { $0.hasPrefix("offset=") }.flatMap { UInt64($0.dropFirst("offset=".count)) }
    }
}
