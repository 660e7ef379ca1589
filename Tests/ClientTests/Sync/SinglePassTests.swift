import CommandLine
import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

@testable import AutoUploadClient

@Suite("A single pass")
struct SinglePassTests {
    /// Runs it as `--once` does, with short times to settle.
    ///
    /// - Parameter beforeWait: called before it waits for files to settle.
    private func runOnce(
        _ rig: ClientRig, _ server: FakeServer, settle: Double, beforeWait: @escaping () -> Void = {}
    ) throws -> ExitCode {
        let arguments = [
            "auto-upload-client", "-s", "127.0.0.1:\(server.port)", "-u", "camera", "-p", "secret", "-f",
            rig.scratch.path("recordings"), "--state", rig.scratch.path("state"), "--once", "--settle", "\(settle)",
            "--settle-unknown", "\(settle)",
        ]
        guard case .run(let parsed) = try Options.parser.parse(ArgumentVector(arguments)) else { return .software }
        let configuration = try Configuration(parsed)
        let context = try rig.context(
            for: server, trusting: TestCertificates.trusted.get(), settle: configuration.settle)
        let gate = InterfaceGate(["test0"]) { _ in
            beforeWait()
            return true
        }
        let link = RetryPolicy(first: 0.001, factor: 2, longest: 60)
        return try Daemon(configuration, context, gate: gate, stop: rig.stop, link: link).runOnce()
    }

    @Test("it goes on through breaks, as long as something is confirmed each time")
    func reconnects() throws {
        let rig = try ClientRig()
        let confirmed = Shared(0)
        let server = try FakeServer(TestCertificates.trusted.get(), maxOpenUploads: 1) { heard, honest, _ in
            if case .message(.query(let number, _)) = heard { return [.absent(number)] }
            guard case .message(.finish) = heard else { return honest }
            let count = confirmed.withLock { count in
                count += 1
                return count
            }
            return count < 12 ? honest + [.hangUp] : honest
        }
        for index in 0..<12 { try rig.write("file \(index)", to: "f\(index)") }
        #expect(try runOnce(rig, server, settle: 0) == .success)
        #expect(rig.log.filter { $0.hasPrefix("confirmed ") }.count == 12)
    }

    @Test("it goes on as long as more of a large file is kept each time")
    func comesForward() throws {
        let rig = try ClientRig()
        let store = FakeStore([UInt8](repeating: 0x61, count: 5_000_000))
        let server = try FakeServer { heard, honest, session in
            let received = session.uploads[1]?.received ?? 0
            if case .data = heard, store.known.kept < 4_500_000, received > 500_000 {
                store.change { $0.kept += 500_000 }
                return [.hangUp]
            }
            return try store.script()(heard, honest, session)
        }
        try rig.scratch.write(store.content, to: "recordings/one")
        #expect(try runOnce(rig, server, settle: 0) == .success)
    }

    @Test("it gives up with 75 when nothing comes of it, and at once when there never was a connection")
    func givesUp() throws {
        let rig = try ClientRig()
        try rig.write("one", to: "one")
        let server = try FakeServer { heard, honest, _ in
            if case .message(.query(let number, _)) = heard { return [.absent(number)] }
            if case .message(.offer) = heard { return [.hangUp] }
            return honest
        }
        #expect(try runOnce(rig, server, settle: 0) == .temporaryFailure)
        #expect(server.offers.count == 6)
        let turnedAway = try FakeServer { _, _, _ in [.hangUp] }
        #expect(try runOnce(rig, turnedAway, settle: 0) == .temporaryFailure)
        #expect(turnedAway.everythingHeard.count == 1)
    }

    @Test("it waits until the files that it found have settled, and leaves with 0")
    func waitsForSettling() throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        try rig.write("one", to: "one")
        try rig.write("two", to: "sub/two")
        #expect(try runOnce(rig, server, settle: 0.3) == .success)
        #expect(server.offers.count == 2)
    }

    @Test("it leaves with 75 what goes on changing, and isn't held up by it")
    func leavesWhatChanges() throws {
        let rig = try ClientRig()
        let path = rig.scratch.path("recordings/growing")
        try rig.write("one", to: "one")
        try rig.write("g", to: "growing")
        // The other file is sent after its time; by then this one has changed.
        let server = try FakeServer { heard, honest, _ in
            if case .message(.offer) = heard { try Data("grown".utf8).write(to: URL(filePath: path)) }
            return honest
        }
        let ended = try runOnce(rig, server, settle: 0.1) { try? Data("growing".utf8).write(to: URL(filePath: path)) }
        #expect(ended == .temporaryFailure)
        #expect(server.offers.map(\.path) == [Array("one".utf8)])
    }

    @Test("the server's refusals and lies end it with their codes")
    func exitCodes() throws {
        for (status, code) in [(Status.credentialsWrong, ExitCode.noPermission), (.busy, .temporaryFailure)] {
            let rig = try ClientRig()
            try rig.write("one", to: "one")
            let server = try FakeServer { heard, honest, _ in
                guard case .message(.authenticate) = heard else { return honest }
                return [.send(.denied(Refusal(status: status, text: "no"))), .hangUp]
            }
            #expect(try runOnce(rig, server, settle: 0) == code)
        }
    }
}
