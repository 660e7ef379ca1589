import Foundation
import TestSupport
import Testing
import Wire

/// Recordings of all kinds on a client's card, and what must become of them: for links that break.
struct MixedJob: Sendable {
    let server: TestServer
    let client: TestClient
    private let user: String
    /// The sub-folder of the user's folder that the job has for itself.
    let prefix: String
    /// What is to be below it in the end: path → SHA-256.
    private let expected: [String: String]
    /// What is on the card at first.
    private let recordings: [String: String]

    /// - Parameters:
    ///   - number: jobs of different numbers have nothing in common.
    ///   - port: where the client connects to.
    init(_ number: Int, _ server: TestServer, port: UInt16, user: String = Fixtures.user) throws {
        self.server = server
        self.user = user
        prefix = "job-\(number)"
        client = try TestClient(server, user: user, port: port)
        var expected: [String: String] = [:]
        for (index, (path, size)) in Self.files.enumerated() {
            let content = sample(size, seed: number * 1000 + index)
            try client.record(content, as: path)
            expected[path] = try digest(of: content)
        }
        recordings = expected
        let stored = server.site.storage + "/\(user)/\(prefix)"
        // One name is taken by another content; another file is there already.
        let other = sample(5000, seed: number * 1000 + 999)
        try writeFile(other, at: Array("taken.mp4".utf8), in: Self.makeFolder(stored))
        let same = Self.files.firstIndex { $0.path == "same.mp4" } ?? 0
        try writeFile(
            sample(Self.files[same].size, seed: number * 1000 + same), at: Array("same.mp4".utf8), in: stored)
        if let newcomer = expected.updateValue(try digest(of: other), forKey: "taken.mp4") {
            expected["taken.\(newcomer.prefix(16)).mp4"] = newcomer
        }
        self.expected = expected
    }

    /// `large.mp4` takes three frames of data.
    private static let files: [(path: String, size: Int)] = [
        ("one.mp4", 1000), ("sub/folder/two.mp4", 20_000), ("empty", 0), ("sub/three", 70_000),
        ("large.mp4", 600_000), ("taken.mp4", 6000), ("same.mp4", 3000),
    ]

    /// Bytes of all files.
    static let bytes = files.map(\.size).reduce(0, +)

    private static func makeFolder(_ path: String) throws -> String {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return path
    }

    var options: [String] { ["-d", "y", "--prefix", prefix] }

    func pass() throws -> RunningProgram.Outcome {
        try client.pass("-d", "y", "--prefix", prefix)
    }

    func start() throws -> RunningProgram {
        try RunningProgram(
            Binaries.client, client.arguments(["--once"] + options), environment: client.environment)
    }

    /// What is stored for the job.
    private func stored() throws -> [String: String] {
        try Tree.digests(of: server.site.storage + "/\(user)/\(prefix)")
    }

    /// No client is running: what is gone from the card is on the server, whole, and nothing there is anything else.
    func expectNothingLost(_ comment: Comment) throws {
        let left = try client.recordings()
        let stored = try stored()
        for (path, digest) in recordings where left[path] != digest {
            #expect(stored.values.contains(digest), "\(path) is nowhere: \(comment)")
        }
        for (path, digest) in stored { #expect(expected[path] == digest, "\(path) doesn't belong there: \(comment)") }
    }

    /// Everything is on the server once, whole, under the right names, and the card is empty.
    func expectDone(_ comment: Comment) throws {
        #expect(try stored() == expected, comment)
        #expect(try client.isEmpty(), comment)
    }

    /// No file that the server had stored was sent once more.
    func expectNothingSentTwice(_ comment: Comment) {
        let again = server.logLines.filter { line in
            line.contains(" already-there ") && line.contains("path=\(prefix)/") && !line.contains("/same.mp4 ")
        }
        #expect(again.isEmpty, comment)
    }
}

extension TestServer {
    /// A server whose users have folders already, with a single file of a byte.
    static func withUserFolders(of users: [String] = [Fixtures.user]) throws -> TestServer {
        let site = try Site()
        for user in users where user != Fixtures.user {
            try Fixtures.addUser(user, Fixtures.password, to: site.users)
        }
        let server = try TestServer(site)
        for user in users {
            let client = try server.loggedIn(user)
            guard case .stored = try client.upload(sample(1), to: "first") else { throw Failure("not stored") }
            client.close()
        }
        return server
    }
}
