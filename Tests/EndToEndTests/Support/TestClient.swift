import Foundation
import Platform
import TestSupport
import Testing

/// A watched folder with a state of its own, and the real client to work on it.
struct TestClient: Sendable {
    let scratch: ScratchFolder
    let server: String
    /// Whom it trusts; nil: the system's authorities.
    let authority: String?
    let user: String
    let password: String

    init(
        _ server: TestServer, user: String = Fixtures.user, password: String = Fixtures.password, port: UInt16? = nil
    ) throws {
        try self.init(
            server: "127.0.0.1:\(port ?? server.port)", authority: server.site.certificates.authority, user: user,
            password: password)
    }

    init(
        server: String, authority: String?, user: String = Fixtures.user, password: String = Fixtures.password
    ) throws {
        scratch = try ScratchFolder("client")
        self.server = server
        self.authority = authority
        self.user = user
        self.password = password
        try scratch.makeFolder("card")
    }

    var card: String { scratch.path("card") }

    /// Writes a recording.
    func record(_ content: [UInt8], as name: String) throws {
        try writeFile(content, at: Array(name.utf8), in: card)
    }

    /// What is on the card: path → SHA-256. Only while no client works on it: what is read can't be wiped.
    func recordings() throws -> [String: String] {
        try Tree.digests(of: card)
    }

    /// Whether nothing is left on the card, also while a client works on it.
    func isEmpty() throws -> Bool {
        try Tree.paths(of: card).isEmpty
    }

    func arguments(_ options: [String]) -> [String] {
        let place = ["-s", server, "-u", user, "-f", card, "--state", scratch.path("state")]
        let trust = authority.map { ["--ca-file", $0] } ?? []
        return place + trust + ["--settle", "0", "--settle-unknown", "1"] + options
    }

    var environment: [String: String] { ["AUTO_UPLOAD_PASSWORD": password] }

    /// Makes a single pass.
    func pass(_ options: String..., seconds: Double = 120) throws -> RunningProgram.Outcome {
        try RunningProgram.run(
            Binaries.client, arguments(["--once"] + options), environment: environment, seconds: seconds)
    }

    /// Starts passes that go on.
    func start(_ options: String...) throws -> RunningProgram {
        try RunningProgram(Binaries.client, arguments(["--interval", "1"] + options), environment: environment)
    }

    /// Makes a single pass in namespaces of its own, after `commands` of the shell.
    func pass(unsharing kinds: String, after commands: String, _ options: String...) throws -> RunningProgram.Outcome {
        try pass(unsharing: kinds, after: commands, options)
    }

    func pass(unsharing kinds: String, after commands: String, _ options: [String]) throws -> RunningProgram.Outcome {
        let script = commands + #" && exec "$0" "$@""#
        return try RunningProgram.run(
            "/usr/bin/env",
            ["unshare", kinds, "sh", "-c", script, Binaries.client] + arguments(["--once"] + options),
            environment: environment)
    }
}

/// Whether this machine lets the tests have namespaces of their own; where it doesn't, the reason is told.
enum Namespaces {
    static let reason: Comment = "this needs root and namespaces (unshare)"

    static func areAvailable(_ kinds: String) -> Bool {
        let tried = try? RunningProgram.run("/usr/bin/env", ["unshare", kinds, "true"])
        return tried?.status == 0
    }

    static let loopReason: Comment = "this needs root, namespaces, loop devices and mkfs.ext4"

    /// Whether a file can be mounted as a disk.
    static let areLoopDisksAvailable: Bool = {
        guard let scratch = try? ScratchFolder("loop") else { return false }
        let commands =
            "PATH=$PATH:/usr/sbin:/sbin; truncate -s 8M image && mkfs.ext4 -q -F image && mount -o loop image ."
        let tried = try? RunningProgram.run(
            "/usr/bin/env", ["unshare", "-m", "sh", "-c", commands], folder: scratch.path)
        return tried?.status == 0
    }()
}

/// Waits until something holds that no line tells of: looked at often, for so long at most.
func eventually(seconds: Double = 120, _ holds: () throws -> Bool) throws -> Bool {
    let deadline = Deadline.after(seconds: seconds)
    while !deadline.hasPassed {
        if try holds() { return true }
        Platform.Thread.sleep(seconds: 0.02)
    }
    return try holds()
}
