import Foundation
import Platform
import TestSupport
import Testing
import Wire

extension FaultTests {
    /// `( auto-upload-server … 2>&1 | sleep 1000 ) &`, and Ctrl-S at a terminal.
    @Suite("A log that nobody reads")
    struct UnreadLogTests {
        /// A path as long as paths may be: so many lines with it are more than pipe and queue together hold.
        private static let longNames = (0..<16).map { _ in String(repeating: "x", count: 240) }
        private static let longLines = 600

        @Test("the server serves and stops all the same; who reads on learns how much is missing")
        func server() async throws {
            try await onThread {
                let site = try Site()
                let log = try HeldLog(in: site.scratch)
                let program = try RunningProgram("/usr/bin/env", log.words + [Binaries.server] + site.arguments())
                let listening = try log.read(untilLineWith: " listening ").last { $0.contains(" listening ") }
                let port = try #require(listening?.split(separator: ":").last.flatMap { UInt16($0) })
                try Self.fillLog(ofServerAt: port, site)
                #expect(log.isFull())
                let client = try TestClient(
                    server: "127.0.0.1:\(port)", authority: site.certificates.authority)
                for number in 0..<100 { try client.record(sample(10, seed: number), as: "\(number)") }
                #expect(try client.pass("-d", "y").status == 0)
                #expect(try client.isEmpty())
                #expect(try site.stored().count == 100)
                let lines = try log.read(untilLineWith: " log-lost lines=")
                // Others may stand behind it, and what comes while there is no room again is counted anew.
                let lost = lines.filter { $0.contains(" log-lost lines=") }
                    .compactMap { $0.split(separator: "=").last.flatMap { Int($0) } }.reduce(0, +)
                let told = lines.count { $0.contains(" refused ") }
                #expect(told < Self.longLines && told + lost >= Self.longLines, "\(told) told, \(lost) lost")
                // It is full again when it has to stop.
                try Self.fillLog(ofServerAt: port, site)
                program.signal(SIGTERM)
                #expect(try program.waitForEnd().status == 0)
            }
        }

        /// Has many offers refused.
        private static func fillLog(ofServerAt port: UInt16, _ site: Site) throws {
            let path = longNames.joined(separator: "/") + "/"
            for _ in 0..<15 {
                let client = try ProtocolClient(port: port, authority: site.certificates.authority)
                try client.logIn(Fixtures.user, Fixtures.password)
                for _ in 0..<longLines / 15 { try client.offer(path: Array(path.utf8), size: 1) }
                for _ in 0..<longLines / 15 {
                    guard case .refused = try client.answer() else { throw Failure("not refused") }
                }
                client.close()
            }
        }

        @Test("the client uploads, wipes and stops all the same")
        func client() async throws {
            try await onThread {
                let server = try TestServer()
                let client = try TestClient(server)
                try Self.makeLongNames(in: client.card)
                for number in 0..<100 { try client.record(sample(10, seed: number), as: "\(number)") }
                let log = try HeldLog(in: client.scratch)
                // Behind this, the long paths are too long to be sent: each has a line that says so.
                let prefix = String(repeating: "p", count: 240) + "/" + String(repeating: "q", count: 240)
                let arguments = client.arguments(["-d", "y", "--interval", "1", "--prefix", prefix])
                let daemon = try RunningProgram(
                    "/usr/bin/env", log.words + [Binaries.client] + arguments, environment: client.environment)
                #expect(try eventually { try client.scratch.names(in: "card") == Array(Self.longNames.prefix(1)) })
                #expect(try server.site.stored().count == 100)
                #expect(log.isFull())
                let lines = try log.read(untilLineWith: " log-lost lines=")
                #expect(lines.count { $0.contains(" can't-send ") } < Self.longLines)
                daemon.signal(SIGTERM)
                #expect(try daemon.waitForEnd().status == 0)
            }
        }

        private static func makeLongNames(in card: String) throws {
            var directory = try Directory.open(path: card)
            for text in longNames {
                let name = try #require(FileName(text))
                try directory.makeFolder(name, permissions: 0o700)
                directory = try directory.openFolder(name)
            }
            for number in 0..<longLines {
                _ = try directory.open(try #require(FileName("\(number)")), .creating(permissions: 0o600))
            }
        }

        @Test("a terminal that was told to stop by Ctrl-S holds up nothing, and an error that ends the program neither")
        func terminal() async throws {
            try await onThread {
                let server = try TestServer()
                let client = try TestClient(server)
                try client.record(sample(1_000_000), as: "clip.mp4")
                let terminal = try PseudoTerminal()
                terminal.type("\u{13}")
                let words = ["sh", "-c", #"terminal=$0 && exec "$@" 2>"$terminal""#, terminal.path, Binaries.client]
                let pass = try RunningProgram.run(
                    "/usr/bin/env", words + client.arguments(["--once", "-d", "y"]), environment: client.environment)
                #expect(pass.status == 0)
                #expect(try client.isEmpty())
                let denied = try RunningProgram.run("/usr/bin/env", words + ["--no-such-option"])
                #expect(denied.status == 64)
                #expect(!terminal.shown().contains("clip.mp4"))
            }
        }
    }

    @Suite("A log that the journal keeps")
    struct JournalTests {
        @Test("a line has its level as the journal reads it, and no time; beside the journal it has both")
        func lines() throws {
            let server = try TestServer()
            let client = try TestClient(server)
            try client.record(sample(10), as: "clip.mp4")
            let start = #"export JOURNAL_STREAM="$(stat -L -c %d:%i /proc/self/fd/2)"; exec "$0" "$@""#
            let elsewhere = #"export JOURNAL_STREAM=1:1; exec "$0" "$@""#
            let arguments = [Binaries.client] + client.arguments(["--once"])
            let first = try RunningProgram.run(
                "/usr/bin/env", ["sh", "-c", start] + arguments, environment: client.environment)
            #expect(first.error.split(separator: "\n").allSatisfy { $0.hasPrefix("<6>") }, "\(first.error)")
            #expect(first.error.contains("\n<6>confirmed path=clip.mp4 "), "\(first.error)")
            let wrong = try RunningProgram.run(
                "/usr/bin/env", ["sh", "-c", start, Binaries.client, "--no-such-option"])
            #expect(wrong.error.hasPrefix("<3>auto-upload-client: "), "\(wrong.error)")
            try client.record(sample(20), as: "other.mp4")
            let second = try RunningProgram.run(
                "/usr/bin/env", ["sh", "-c", elsewhere] + arguments, environment: client.environment)
            #expect(second.error.contains("Z info confirmed path=other.mp4 "), "\(second.error)")
        }
    }
}
