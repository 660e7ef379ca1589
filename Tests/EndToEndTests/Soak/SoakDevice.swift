import Foundation
import TestSupport

/// A device: a card, the real client that works on it, and a list of what was recorded on it.
final class SoakDevice {
    let client: TestClient
    /// Everything that was ever recorded, by `Tree.key`. A camera uses a name again once it is free.
    private(set) var recorded: [(path: String, digest: String)] = []
    /// What stands, or stood last, under each name.
    private var latest: [String: String] = [:]
    private var program: RunningProgram?
    /// What clients that have ended said.
    private(set) var history = ""
    private let isDaemon: Bool
    private var hasForeignWipe = false

    init(_ server: TestServer, isDaemon: Bool) throws {
        client = try TestClient(server)
        self.isDaemon = isDaemon
    }

    private static let wipingPrefix = ".auto-upload-wiping-"
    private static let foreignName = wipingPrefix + "00112233445566778899aabbccddeeff"
    private static let foreignContent = sample(5000, seed: 12_345)

    // MARK: Recording

    /// Records a file, unless there is one of that name.
    func record(_ content: [UInt8], as path: String) throws {
        if FileManager.default.fileExists(atPath: client.card + "/" + path) { return }
        let digest = try digest(of: content)
        let key = Tree.key(Array(path.utf8))
        recorded.append((key, digest))
        latest[key] = digest
        try client.record(content, as: path)
    }

    func plantForeignWipe() throws {
        hasForeignWipe = true
        try client.record(Self.foreignContent, as: "sub/" + Self.foreignName)
    }

    func loseState() throws {
        // A client that was killed early has made none yet.
        try? FileManager.default.removeItem(atPath: client.scratch.path("state"))
    }

    // MARK: The client

    var isRunning: Bool { program.map { !$0.hasEnded } ?? false }

    /// Starts the client unless it runs.
    func start() throws {
        if isRunning { return }
        note()
        program = try isDaemon ? client.start("-d", "y") : startOnce()
    }

    private func startOnce() throws -> RunningProgram {
        try RunningProgram(
            Binaries.client, client.arguments(["--once", "-d", "y"]), environment: client.environment)
    }

    /// Waits until the client has written the `count`th line with `text`, or has ended.
    func wait(for text: String, count: Int, seconds: Double) {
        program?.wait(for: text, count: count, seconds: seconds)
    }

    /// - Returns: whether it ran.
    func kill() throws -> Bool {
        guard let program, !program.hasEnded else { return false }
        program.signal(SIGKILL)
        let ended = try program.waitForEnd()
        return ended.status == 128 + SIGKILL
    }

    /// Lets the client finish its work.
    ///
    /// - Parameter mayKeepWiping: no state may know of files under wiping names.
    /// - Returns: what a last pass said if something remained after it.
    func finish(mayKeepWiping: Bool) throws -> String? {
        if let program {
            if isDaemon { program.signal(SIGTERM) }
            _ = try program.waitForEnd(seconds: 120)
            note()
            self.program = nil
        }
        var said = ""
        for _ in 0..<3 {
            let ended = try client.pass("-d", "y")
            history += ended.error
            // An undone wipe waits until its name, which a camera has used again, is free.
            if ended.status == 0, try mayKeepWiping || halfWiped() == 0 { return nil }
            said = ended.error
        }
        return said
    }

    private func note() {
        history += program?.text(.error) ?? ""
    }

    func log() -> String { history + (program?.text(.error) ?? "") }

    // MARK: What is there

    /// Recordings on the card, without opening any of them.
    private func paths() throws -> (recordings: Set<String>, wiping: Set<String>) {
        let paths = try Tree.paths(of: client.card)
        let wiping = paths.filter { $0.contains(Self.wipingPrefix) }
        return (paths.subtracting(wiping), wiping)
    }

    /// Files of our own under wiping names.
    func halfWiped() throws -> Int {
        try paths().wiping.filter { !$0.hasSuffix(Self.foreignName) }.count
    }

    /// What is recorded and no longer on the card, so that it must be on the server.
    func gone() throws -> [(path: String, digest: String)] {
        let present = try paths().recordings
        return recorded.filter { !present.contains($0.path) || latest[$0.path] != $0.digest }
    }

    /// What is wrong with the card. No client works on it.
    func problems(mayKeepWiping: Bool, isDone: Bool) throws -> [String] {
        var problems: [String] = []
        for (path, digest) in try client.recordings() {
            if path.hasSuffix(Self.foreignName) {
                if try digest != EndToEndTests.digest(of: Self.foreignContent) {
                    problems.append("\(path) was touched")
                }
            } else if path.contains(Self.wipingPrefix) {
                if isDone, !mayKeepWiping { problems.append("\(path) was left") }
            } else if isDone {
                problems.append("\(path) is still on the card")
            } else if !recorded.contains(where: { $0.path == path && $0.digest == digest }) {
                // What was recorded earlier may be back: the wipe that had taken its name away is undone after a kill.
                problems.append("\(path) on the card isn't what was recorded")
            }
        }
        if hasForeignWipe, try !paths().wiping.contains(where: { $0.hasSuffix(Self.foreignName) }) {
            problems.append("a file that no record told to wipe is gone")
        }
        return problems
    }
}

extension RunningProgram {
    /// Waits until the program has written the `count`th line with `text`, or has ended.
    func wait(for text: String, count: Int, seconds: Double) {
        var seen = 0
        _ = waitForLine(.error, seconds: seconds) { line in
            if line.contains(text) { seen += 1 }
            return seen >= count
        }
    }
}
