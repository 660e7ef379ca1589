import Foundation
import Platform
import TestSupport
import Testing
import Transport

/// A server that can't do its work says which and why, in one line, and ends.
@Suite("Starting a server")
struct StartTests {
    struct Mistake: CustomTestStringConvertible {
        let testDescription: String
        /// Changes the site, and gives the options that are to be other than usual.
        var prepare: @Sendable (Site) throws -> [String: String] = { _ in [:] }
        var extra: [String] = []
        let status: Int32
        let says: String
    }

    static let mistakes = [
        Mistake(testDescription: "an unknown option", extra: ["--no-such"], status: 64, says: "--no-such"),
        Mistake(testDescription: "a port that is none", extra: ["--port", "65536"], status: 64, says: "--port"),
        Mistake(
            testDescription: "an unknown version of TLS", extra: ["--tls-minimum", "1.1"], status: 64, says: "1.3"),
        Mistake(
            testDescription: "permissions to execute", extra: ["--file-mode", "755"], status: 64, says: "file-mode"),
        Mistake(testDescription: "an unknown group", extra: ["--group", "no-such"], status: 78, says: "no-such"),
        Mistake(
            testDescription: "an address of others", extra: ["--address", "192.0.2.1"], status: 71, says: "192.0.2.1"),
        Mistake(
            testDescription: "no certificate", prepare: { ["-c": $0.scratch.path("none.pem")] }, status: 78,
            says: "none.pem"),
        Mistake(
            testDescription: "no key", prepare: { ["-k": $0.scratch.path("none.pem")] }, status: 78, says: "none.pem"),
        Mistake(
            testDescription: "a certificate that is none",
            prepare: { ["-c": try $0.scratch.write("not a certificate", to: "bad.pem")] }, status: 78, says: "bad.pem"),
        Mistake(
            testDescription: "a key that is none",
            prepare: { ["-k": try $0.scratch.write("not a key", to: "bad.pem")] }, status: 78, says: "bad.pem"),
        Mistake(
            testDescription: "the key of another certificate",
            prepare: { _ in ["-k": try Fixtures.others.get().key] }, status: 78,
            says: "doesn't belong"),
        Mistake(
            testDescription: "key and certificate swapped",
            prepare: { ["-k": $0.certificates.chain, "-c": $0.certificates.key] }, status: 78, says: "swapped"),
        Mistake(
            testDescription: "a password file in UTF-16",
            prepare: { ["-p": try $0.scratch.write([0xff, 0xfe, 0x61, 0], to: "wide")] }, status: 78,
            says: "wide is UTF-16"),
        Mistake(
            testDescription: "a misspelt option", extra: ["--adress", "::1"], status: 64,
            says: "did you mean --address?"),
        Mistake(
            testDescription: "a folder for a configuration", extra: ["--config", "/etc"], status: 78,
            says: "/etc is a folder"),
        Mistake(
            testDescription: "no password file", prepare: { ["-p": $0.scratch.path("nobody")] }, status: 78,
            says: "nobody: No such file or directory; adduser -u NAME -f FILE makes it"),
        Mistake(
            testDescription: "a password file that everybody can read",
            prepare: { site in
                try site.scratch.setPermissions(0o604, of: "users")
                return [:]
            }, status: 78, says: "users"),
        Mistake(
            testDescription: "no storage folder", prepare: { ["-f": $0.scratch.path("nowhere")] }, status: 78,
            says: "nowhere: No such file or directory; make it, or mount its disk, first"),
        Mistake(
            testDescription: "a file for a storage folder", prepare: { ["-f": $0.users] }, status: 78, says: "users"),
        Mistake(
            testDescription: "a receipt key that is none",
            prepare: { ["--receipt-key": try $0.scratch.write("not a key", to: "receipt.pem")] }, status: 78,
            says: "receipt.pem is damaged"),
        Mistake(
            testDescription: "a receipt key that others can read",
            prepare: { site in
                let path = try site.scratch.write(try signingKey(), to: "receipt.pem")
                try site.scratch.setPermissions(0o640, of: "receipt.pem")
                return ["--receipt-key": path]
            }, status: 78, says: "chmod 600"),
        Mistake(
            testDescription: "a receipt key in no folder",
            prepare: { ["--receipt-key": $0.scratch.path("no/key.pem")] },
            status: 78, says: "no: No such file or directory"),
        Mistake(testDescription: "an unknown command", extra: ["renew"], status: 64, says: "an argument too many"),
    ]

    private static func signingKey() throws -> [UInt8] {
        try #require(ReceiptSigner.make()?.pem())
    }

    @Test("ends with a code and one line", arguments: mistakes)
    func mistake(_ mistake: Mistake) throws {
        let site = try Site()
        let arguments = site.arguments(try mistake.prepare(site)) + mistake.extra
        let ended = try RunningProgram.run(Binaries.server, arguments)
        try expect(ended, mistake.status, mistake.says)
    }

    /// One line that names the program; warnings, such as that about root, are lines of log before it.
    private func expect(_ ended: RunningProgram.Outcome, _ status: Int32, _ says: String) throws {
        #expect(ended.status == status, "\(ended.error)")
        let lines = ended.error.split(separator: "\n").filter { !$0.contains(" warning note ") }
        #expect(lines.count == 1, "\(ended.error)")
        let line = try #require(lines.first)
        #expect(line.hasPrefix("auto-upload-server: "))
        #expect(line.contains(says), "\(line)")
        #expect(ended.output.isEmpty)
    }

    @Test(
        "a missing option is named",
        arguments: [("-p", "pwdfile"), ("-c", "certificate"), ("-k", "privatekey"), ("-f", "folder")])
    func missing(_ option: String, _ name: String) throws {
        let site = try Site()
        let arguments = site.arguments()
        let index = try #require(arguments.firstIndex(of: option))
        let ended = try RunningProgram.run(Binaries.server, Array(arguments[..<index] + arguments[(index + 2)...]))
        try expect(ended, 64, "--\(name)")
    }

    @Test("a port in use is told, with what to do")
    func portInUse() throws {
        let server = try TestServer()
        let site = try Site()
        let ended = try RunningProgram.run(Binaries.server, site.arguments(["--port": String(server.port)]))
        try expect(ended, 71, "another program uses port \(server.port)")
    }

    @Test("a storage folder in memory is refused, or taken with a warning when that is asked for")
    func inMemory() throws {
        let memory = "/dev/shm"
        let kind = try Directory.open(path: memory).descriptor.fileSystemKind()
        guard kind.isMemory else { return }
        let folder = memory + "/auto-upload-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let site = try Site()
        let ended = try RunningProgram.run(Binaries.server, site.arguments(["-f": folder]))
        try expect(ended, 78, "--allow-weak-storage")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        let server = try RunningProgram(Binaries.server, site.arguments(["-f": folder]) + ["--allow-weak-storage"])
        #expect(server.waitForLine(.error, containing: " listening ") != nil)
        #expect(server.text(.error).contains("in memory"))
        server.signal(SIGTERM)
        #expect(try server.waitForEnd().status == 0)
    }

    @Test("--help and --version answer on standard output", arguments: ["--help", "--version"])
    func questions(_ option: String) throws {
        for program in [Binaries.server, Binaries.adduser] {
            let ended = try RunningProgram.run(program, [option])
            #expect(ended.status == 0)
            #expect(!ended.output.isEmpty && ended.error.isEmpty)
        }
    }

    @Test("the options can stand in a file, also under the original's names")
    func configurationFile() throws {
        let site = try Site()
        let file = try site.scratch.write(
            """
            # a comment
            pwdfilename = \(site.users)
            certificatefilename = \(site.certificates.chain)
            privatekeyfilename = \(site.certificates.key)
            folder = \(site.storage)
            address = 127.0.0.1
            port = 0

            """, to: "server.conf")
        let server = try RunningProgram(Binaries.server, ["--config", file])
        #expect(server.waitForLine(.error, containing: " listening ") != nil, "\(server.text(.error))")
        server.signal(SIGTERM)
        #expect(try server.waitForEnd().status == 0)
    }
}
