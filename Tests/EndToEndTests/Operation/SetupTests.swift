import Foundation
import Glibc
import TestSupport
import Testing

/// What `auto-upload-server setup` runs.
@Suite("The first start")
struct SetupTests {
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "packaging/setup").path

    @Test("it makes what isn't there, and changes nothing that is", .enabled(if: geteuid() == 0, "this needs root"))
    func makes() throws {
        let scratch = try ScratchFolder("setup")
        // As they are installed: beside each other.
        let share = try scratch.makeFolder("share")
        let certificates = Self.script.replacing("packaging/setup", with: "certs-example/make-certificates")
        for (path, name) in [(Self.script, "setup"), (certificates, "make-certificates")] {
            try FileManager.default.copyItem(atPath: path, toPath: "\(share)/\(name)")
        }
        let programs = try scratch.makeFolder("bin")
        try FileManager.default.createSymbolicLink(
            atPath: "\(programs)/auto-upload-adduser", withDestinationPath: Binaries.adduser)
        let config = try scratch.write(
            """
            pwdfile = \(scratch.path("users"))
            certificate = \(scratch.path("server.pem"))
            privatekey = \(scratch.path("server-key.pem"))
            folder = \(scratch.path("storage"))
            """, to: "server.conf")
        func setUp() throws -> RunningProgram.Outcome {
            try RunningProgram.run(
                "\(share)/setup", ["--config", config, "--run-as", "nobody", "--user", "garage", "localhost"],
                environment: ["PATH": "\(programs):/usr/sbin:/usr/bin:/sbin:/bin"],
                standardInput: "correct horse battery\n")
        }
        let first = try setUp()
        #expect(first.status == 0, "\(first)")
        let checked = try RunningProgram.run(
            Binaries.server, ["--check-config", "--config", config])
        #expect(checked.status == 0, "\(checked)")
        #expect(checked.output.contains("DNS:localhost") && checked.output.contains("1 user,"), "\(checked.output)")
        #expect(try scratch.permissions(of: "users") == 0o640)
        #expect(try scratch.permissions(of: "server-key.pem") == 0o640)
        #expect(try scratch.permissions(of: "storage") == 0o750)
        let before = try ["users", "server.pem", "server-key.pem"].map(scratch.bytes)
        let second = try setUp()
        #expect(second.status == 0 && second.output.contains("is there"), "\(second)")
        #expect(try ["users", "server.pem", "server-key.pem"].map(scratch.bytes) == before)
    }
}
