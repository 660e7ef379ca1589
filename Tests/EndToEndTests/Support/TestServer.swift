import Foundation
import Platform
import TestSupport

/// What a server is set up with: a storage folder, users and certificates, in a folder of its own. Servers can be started
/// on it one after another.
struct Site: Sendable {
    let scratch: ScratchFolder
    let certificates: ExampleCertificates
    let storage: String

    /// - Parameter storage: a folder that is there; nil makes one.
    init(certificates: ExampleCertificates? = nil, storage: String? = nil) throws {
        self.certificates = try certificates ?? Fixtures.certificates.get()
        scratch = try ScratchFolder("site")
        self.storage = try storage ?? scratch.makeFolder("storage")
        try scratch.write(try Fixtures.users.get(), to: "users")
    }

    var users: String { scratch.path("users") }

    /// The server's options, without those that a test gives itself.
    func arguments(_ overrides: [String: String] = [:]) -> [String] {
        let options = [
            "-p": users, "-c": certificates.chain, "-k": certificates.key, "-f": storage, "--address": "127.0.0.1",
            "--port": "0",
        ]
        return options.merging(overrides) { $1 }.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    }

    /// What is stored for a user: path below the user's folder → SHA-256, without the server's marker.
    func stored(for user: String = Fixtures.user) throws -> [String: String] {
        let folder = storage + "/" + user
        guard FileManager.default.fileExists(atPath: folder) else { return [:] }
        return try Tree.digests(of: folder).filter { $0.key != Site.marker }
    }

    /// Names of the uploads that the server has under way.
    func partials() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: storage + "/.auto-upload/partial")
    }

    /// Gives a user another quota, or none, as an admin would.
    func setQuota(_ quota: String, of user: String = Fixtures.user) throws {
        try update(user, "--quota", quota)
    }

    /// Has a user's files go elsewhere.
    func setPrefix(_ prefix: String, of user: String = Fixtures.user) throws {
        try update(user, "--prefix", prefix)
    }

    private func update(_ user: String, _ option: String, _ value: String) throws {
        let changed = try RunningProgram.run(Binaries.adduser, ["--update", "-u", user, option, value, "-f", users])
        guard changed.status == 0 else { throw Failure("adduser \(option): \(changed.error)") }
    }

    static let marker = ".auto-upload-store"
}

/// A real server on loopback, ready to serve. Ended by its own number when it goes.
final class TestServer: Sendable {
    let site: Site
    let port: UInt16
    let program: RunningProgram

    /// - Parameters:
    ///   - environment: added to this process's own.
    ///   - commands: of the shell, to be run before in a mount namespace of the server's own.
    ///   - words: a program, with its arguments, that becomes the server.
    ///   - mark: of the line that tells where it listens.
    init(
        _ site: Site? = nil, options: [String] = [], environment: [String: String] = [:], after commands: String? = nil,
        through words: [String] = [], listening mark: String = " listening "
    ) throws {
        let site = try site ?? Site()
        self.site = site
        // What is counted, made to fail or written down is what uploads take: the catalogue's calls come whenever its thread runs.
        let options = environment["LD_PRELOAD"] == nil ? options : options + ["--catalogue", "off"]
        let shell = commands.map { ["unshare", "-m", "sh", "-c", $0 + #" && exec "$0" "$@""#] } ?? []
        program = try RunningProgram(
            "/usr/bin/env", shell + words + [Binaries.server] + site.arguments() + options, environment: environment)
        let ready = program.waitForLine(.error, containing: mark)
        guard let ready, let port = ready.split(separator: ":").last.flatMap({ UInt16($0.filter(\.isNumber)) }) else {
            throw DidNotStart(outcome: try program.waitForEnd(seconds: 30))
        }
        self.port = port
    }

    /// Starts another at a port that clients know, which somebody's connection may have got meanwhile.
    static func again(_ site: Site, port: UInt16) throws -> TestServer {
        let deadline = Deadline.after(seconds: 120)
        while true {
            do {
                return try TestServer(site, options: ["--port", String(port)])
            } catch let error as DidNotStart
                where error.outcome.error.contains("another program uses port") && !deadline.hasPassed
            {}
        }
    }

    /// The program ended before it listened.
    struct DidNotStart: Error, CustomStringConvertible {
        let outcome: RunningProgram.Outcome
        var description: String { "the server didn't start (\(outcome.status)): \(outcome.error)" }
    }

    var log: String { program.text(.error) }

    var logLines: [Substring] { log.split(separator: "\n") }

    /// Waits for a line of log that holds all of `parts`.
    func logLine(with parts: String..., seconds: Double = 120) throws -> String {
        let line = program.waitForLine(.error, seconds: seconds) { line in parts.allSatisfy(line.contains) }
        if let line { return line }
        throw Failure("the log has no line with \(parts):\n\(log)")
    }

    /// Ends the server as an admin would.
    func stop(seconds: Double = 120) throws -> RunningProgram.Outcome {
        program.signal(SIGTERM)
        return try program.waitForEnd(seconds: seconds)
    }

    /// Ends the server as a power cut would.
    func kill() throws {
        program.signal(SIGKILL)
        _ = try program.waitForEnd(seconds: 30)
    }

    /// A client that trusts this server and has logged in.
    func loggedIn(_ user: String = Fixtures.user, _ password: String = Fixtures.password) throws -> ProtocolClient {
        let client = try connect()
        try client.logIn(user, password)
        return client
    }

    /// - Parameter source: the client's own address, of 127.0.0.0/8; nil: the usual one.
    func connect(from source: String? = nil) throws -> ProtocolClient {
        try ProtocolClient(port: port, authority: site.certificates.authority, from: source)
    }
}
