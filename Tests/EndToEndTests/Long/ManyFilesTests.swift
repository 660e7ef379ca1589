import Foundation
import Platform
import TestSupport
import Testing

extension LongTests {
    @Suite("A thousand files")
    struct ManyFilesTests {
        static let count = 1000

        /// Mixed sizes, in folders, with odd names among them.
        private static func record(on client: TestClient) throws -> [String: String] {
            let common = sample(400_000)
            for number in 0..<count {
                let folder = ["", "2026/05/", "e v e n t/", "ünï/çödé/", "new\nline/"][number % 5]
                let sizes = [0, 1, 17, 4096, 4097, 65_536, 100_000, 262_145, 399_000]
                let content = Array("\(number)".utf8) + common[..<sizes[number % sizes.count]]
                let name = folder + ["clip-\(number).mp4", " \(number) ", "\(number)\t\"'\\", "-\(number)"][number % 4]
                try client.record(number % 100 == 99 ? [] : content, as: name)
            }
            return try client.recordings()
        }

        @Test(
            "a thousand files of mixed sizes and odd names arrive; a second pass sends nothing", arguments: ["n", "y"])
        func thousand(_ deletes: String) async throws {
            try await onThread {
                let server = try TestServer()
                let client = try TestClient(server)
                let recordings = try Self.record(on: client)
                #expect(recordings.count == Self.count)
                let began = Instant.now
                let first = try client.pass("-d", deletes, seconds: 240)
                #expect(first.status == 0, "\(first.error.suffix(2000))")
                print("1,000 files with -d \(deletes): \(Int(Instant.now.seconds(since: began) * 1000)) ms")
                #expect(try server.site.stored() == recordings)
                #expect(try client.recordings() == (deletes == "y" ? [:] : recordings))
                let lines = server.logLines.filter { $0.contains(" stored ") }.count
                #expect(lines == Self.count)
                #expect(try client.pass("-d", deletes).status == 0)
                #expect(
                    server.logLines.filter { $0.contains(" stored ") || $0.contains(" already-there ") }.count == lines)
            }
        }
    }
}
