import Foundation
import Platform
import TestSupport
import Testing

extension LongTests {
    @Suite("A large file")
    struct LargeFileTests {
        static let size: UInt64 = 5 << 30
        /// Bytes that a program may have resident at most; a build for release needs far less.
        static let memory = 32 << 20
        /// Of which the server, most of whose memory is its program, may take so many for a file of any size.
        static let memoryForFile = 8 << 20

        @Test(
            "a sparse file of 5 GiB arrives whole and is wiped, in little memory",
            .enabled(if: hasRoom, "no 12 GiB free"))
        func sparse() async throws {
            try await onThread {
                let server = try TestServer()
                let client = try TestClient(server)
                let expected = try Self.record(on: client)
                let program = try client.start("-d", "y")
                _ = try server.logLine(with: " login ")
                try server.program.forgetPeakMemory()
                let before = try server.program.peakMemory()
                #expect(program.waitForLine(.error, containing: " wiped path=large.mp4", seconds: 1200) != nil)
                let (sender, receiver) = (try program.peakMemory(), try server.program.peakMemory() - before)
                print("5 GiB: peak memory of the client \(sender >> 10) KiB, of the server \(receiver >> 10) KiB more")
                #expect(sender < Self.memory)
                #expect(receiver < Self.memoryForFile)
                program.signal(SIGTERM)
                #expect(try program.waitForEnd().status == 0)
                #expect(server.log.contains("sha256=\(expected)"))
                #expect(try Tree.bytes(of: server.site.storage + "/camera") >= Self.size)
                #expect(try client.isEmpty())
            }
        }

        /// Holes with something at the beginning, beyond 4 GiB, and at the end.
        private static func record(on client: TestClient) throws -> String {
            try client.record([], as: "large.mp4")
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: client.card + "/large.mp4"))
            try file.write(contentsOf: Data(sample(100_000)))
            try file.seek(toOffset: (4 << 30) + 12_345)
            try file.write(contentsOf: Data(sample(100_000, seed: 1)))
            try file.seek(toOffset: size - 1)
            try file.write(contentsOf: Data([0x21]))
            try file.close()
            let sum = try RunningProgram.run("/usr/bin/env", ["sha256sum", client.card + "/large.mp4"], seconds: 1200)
            return String(sum.output.prefix(64))
        }

        static var hasRoom: Bool {
            guard let folder = try? ScratchFolder("room"), let opened = try? Directory.open(path: folder.path),
                let free = try? opened.descriptor.availableBytes()
            else { return false }
            return free > 12 << 30
        }
    }
}
