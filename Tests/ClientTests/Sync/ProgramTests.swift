import Foundation
import TestSupport
import Testing

@testable import AutoUploadClient

/// The real program, as far as it goes without a server.
@Suite("auto-upload-client as a program")
struct ProgramTests {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder("program")
        try scratch.makeFolder("recordings")
        try scratch.write("secret\n", to: "password")
    }

    private func run(_ arguments: String..., password: String? = nil) throws -> RunningProgram.Outcome {
        let environment = password.map { ["AUTO_UPLOAD_PASSWORD": $0] } ?? [:]
        return try RunningProgram.run(
            Binaries.client, arguments,
            environment: environment.merging(["XDG_STATE_HOME": scratch.path("state")]) { $1 })
    }

    private func once(_ arguments: String...) throws -> RunningProgram.Outcome {
        let all = [
            "-s", "127.0.0.1:1", "-u", "camera", "--password-file", scratch.path("password"),
            "-f", scratch.path("recordings"), "--once", "--settle", "0", "--settle-unknown", "0",
        ]
        return try RunningProgram.run(
            Binaries.client, all + arguments, environment: ["XDG_STATE_HOME": scratch.path("state")])
    }

    private func expect(_ outcome: RunningProgram.Outcome, _ status: Int32, _ part: String) {
        #expect(outcome.status == status, "\(outcome.error)")
        #expect(outcome.error.contains(part), "\(outcome.error)")
        #expect(outcome.error.split(separator: "\n").count == 1)
    }

    @Test("a wrong command line ends with 64 and a line that says why")
    func badUsage() throws {
        expect(try run(), 64, "--servername")
        expect(try run("-s", "h", "-u", "u", "-f", "."), 64, "AUTO_UPLOAD_PASSWORD")
        expect(try once("--nonsense"), 64, "nonsense")
        expect(try once("-s", "https://example.org"), 64, "--servername")
        expect(try once("--prefix", "/absolute"), 64, "--prefix")
        expect(try once("--prefix", "a/../b"), 64, "--prefix")
        expect(try once("--interval", "soon"), 64, "--interval")
        expect(try once("--tls-minimum", "1.1"), 64, "--tls-minimum")
        expect(try once("-d", "maybe"), 64, "--deleteafterupload")
    }

    @Test("a configuration that can't be used ends with 78 and a line that says why")
    func badConfiguration() throws {
        expect(try once("-e", "y"), 64, "--recipient")
        expect(try once("-e=y"), 64, "--recipient")
        expect(try once("--ca-file", scratch.path("nowhere.pem")), 78, "nowhere.pem")
        expect(try once("--password-file", scratch.path("nowhere")), 78, "nowhere")
        try scratch.setPermissions(0o644, of: "password")
        expect(try once(), 78, "chmod 600")
    }

    @Test("a folder that isn't there, or is none, may come: a single pass ends with 75")
    func missingFolder() throws {
        expect(try once("-f", scratch.path("nowhere")), 75, "nowhere: No such file or directory")
        expect(try once("-f", scratch.path("password")), 75, "password: Not a directory")
    }

    @Test(
        "a folder that holds, or lies in, a server's storage is refused",
        arguments: ["", "recordings/", "recordings/a/"])
    func storage(_ place: String) throws {
        try scratch.makeFolder("recordings/a")
        try scratch.write("", to: place + ".auto-upload-store")
        expect(try once(), 78, ".auto-upload-store")
        expect(try once("-d", "y"), 78, ".auto-upload-store")
    }

    @Test("a single pass leaves with 0 when nothing is due, and 75 when nobody takes what is")
    func singlePass() throws {
        #expect(try once().status == 0)
        try scratch.write("one", to: "recordings/one")
        let outcome = try once()
        #expect(outcome.status == 75)
        #expect(outcome.error.contains("127.0.0.1:1"))
        #expect(try once("-i", "no-such-if0").status == 75)
        #expect(!outcome.error.contains("secret"))
    }

    @Test("two clients share a folder, but not where one deletes", arguments: [true, false])
    func locks(_ deletes: Bool) throws {
        try scratch.write("one", to: "recordings/one")
        // As a client does for its pass.
        let folder = try WatchedFolder(path: scratch.path("recordings"))
        #expect(try folder.lock(exclusive: deletes))
        let sharing = try once()
        #expect(sharing.status == 75)
        #expect(sharing.error.contains("another client") == deletes)
        let deleting = try once("-d", "y")
        #expect(deleting.status == 75)
        #expect(deleting.error.contains("another client"))
        withExtendedLifetime(folder) {}
    }

    @Test("SIGHUP has the folder looked at anew")
    func reloads() throws {
        let daemon = try RunningProgram(
            Binaries.client,
            [
                "-s", "127.0.0.1:1", "-u", "camera", "--password-file", scratch.path("password"), "-f",
                scratch.path("recordings"), "--settle", "0", "--settle-unknown", "0", "--interval", "3600", "-i",
                "no-such-if0",
            ], environment: ["XDG_STATE_HOME": scratch.path("state")])
        #expect(daemon.waitForLine(.error, containing: "waiting-for-interface") != nil)
        try scratch.write("", to: "recordings/.auto-upload-store")
        daemon.signal(SIGHUP)
        let outcome = try daemon.waitForEnd()
        #expect(outcome.status == 78)
    }
}
