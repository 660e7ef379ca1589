import Foundation
import Platform
import TestSupport

/// One round: a server, a client or two, kills, and a look at everything afterwards.
final class SoakRound {
    private let victim: Victim
    private var plan: SoakPlan
    private let seed: UInt64
    private var server: TestServer
    private var devices: [SoakDevice] = []
    private var serverHistory = ""
    private var hasLostState = false
    private var recordings = 0
    private(set) var counts = SoakCounts()
    /// What went wrong; empty when all is well.
    private(set) var problems: [String] = []

    init(seed: UInt64, _ victim: Victim) throws {
        self.seed = seed
        self.victim = victim
        plan = SoakPlan(seed: seed)
        let server = try TestServer()
        self.server = server
        for _ in 0..<plan.devices { devices.append(try SoakDevice(server, isDaemon: plan.isDaemon)) }
    }

    func run() throws {
        if plan.hasForeignWipe { for device in devices { try device.plantForeignWipe() } }
        for kill in 0..<plan.kills {
            try record(kill == 0 ? 8...30 : 0...10)
            for device in devices { try device.start() }
            wait(for: plan.nextInstant())
            try self.kill()
            try look()
        }
        try finish()
    }

    /// The round couldn't go on.
    func note(_ error: any Error) {
        problems.append("the round ended with \(error)")
    }

    /// What all programs have said, for whoever has to find out.
    func history() -> String {
        "\(plan)\n== server\n\(serverHistory)\(server.program.hasEnded ? "" : server.log)"
            + devices.enumerated().map { "== client \($0)\n\($1.log())" }.joined()
    }

    // MARK: Work

    private func record(_ range: ClosedRange<Int>) throws {
        for (number, device) in devices.enumerated() {
            for _ in 0..<Int.random(in: range, using: &plan.random) {
                let name = Int.random(in: 0..<40, using: &plan.random)
                let size = plan.nextSize()
                // Where names collide, both have the same content under some of them.
                let isShared = plan.namesCollide && name % 5 == 0
                let owner = plan.namesCollide ? "" : "\(number)-"
                let path = ["", "sub/", "2026/may 5/", "ünï/"][name % 4] + owner + "clip-\(name).mp4"
                recordings += 1
                let mark = isShared ? "\(seed) shared \(name) " : "\(seed) \(number) \(name) \(recordings) "
                try device.record(Self.content(mark, isShared ? 5000 + name : size), as: path)
            }
        }
    }

    private static func content(_ mark: String, _ size: Int) -> [UInt8] {
        var content = Array(Array(mark.utf8).prefix(size))
        while content.count < size { content += common.prefix(size - content.count) }
        return content
    }

    private static let common = sample(1 << 20)

    private func wait(for instant: SoakPlan.Instant) {
        switch instant {
        case .time(let seconds): Platform.Thread.sleep(seconds: seconds)
        case .line(let ofServer, let text, let count, let then):
            if ofServer {
                server.program.wait(for: text, count: count, seconds: 2)
            } else {
                devices.randomElement(using: &plan.random)?.wait(for: text, count: count, seconds: 2)
            }
            Platform.Thread.sleep(seconds: then)
        case .wipe(let then): watch(for: then) { try devices.contains { try $0.halfWiped() > 0 } }
        case .upload(let then): watch(for: then) { try !server.site.partials().isEmpty }
        }
    }

    private func watch(for then: Double, _ isSeen: () throws -> Bool) {
        let deadline = Deadline.after(seconds: 2)
        while !deadline.hasPassed, devices.contains(where: \.isRunning), (try? isSeen()) != true {
            Platform.Thread.sleep(seconds: 0.001)
        }
        Platform.Thread.sleep(seconds: then)
    }

    private func kill() throws {
        let serverFirst = Bool.random(using: &plan.random)
        if victim.includesServer, serverFirst { try killServer() }
        if victim.includesClient { for device in devices { try kill(device) } }
        if victim.includesServer, !serverFirst { try killServer() }
    }

    private func kill(_ device: SoakDevice) throws {
        guard try device.kill() else { return }
        counts.kills += 1
        counts.halfWiped += try device.halfWiped()
        problems += try device.problems(mayKeepWiping: true, isDone: false)
        guard plan.losesState, Bool.random(using: &plan.random) else { return }
        hasLostState = true
        counts.lostStates += 1
        try device.loseState()
    }

    private func killServer() throws {
        try server.kill()
        counts.kills += 1
        counts.unfinished += try server.site.partials().count
        serverHistory += server.log + "-- killed\n"
        try look()
        server = try .again(server.site, port: server.port)
    }

    // MARK: Looking

    /// At any time: what is gone from a card is on the server, and nothing on the server is anything but what was recorded.
    private func look() throws {
        let gone = try devices.flatMap { try $0.gone() }
        let stored = try server.site.stored()
        let digests = Set(stored.values)
        for (path, digest) in gone where !digests.contains(digest) {
            problems.append("\(path) is gone, and \(digest) isn't on the server")
        }
        let recorded = Set(devices.flatMap(\.recorded).map(\.digest))
        for (path, digest) in stored where !recorded.contains(digest) {
            problems.append("\(path) on the server isn't what anybody recorded")
        }
    }

    private func finish() throws {
        for device in devices {
            if let said = try device.finish(mayKeepWiping: hasLostState) {
                problems.append("something remains: \(said)")
            }
            problems += try device.problems(mayKeepWiping: hasLostState, isDone: true)
        }
        let stopped = try server.stop(seconds: 60)
        if stopped.status != 0 { problems.append("the server ended with \(stopped.status)") }
        serverHistory += server.log
        let lines = serverHistory.split(separator: "\n")
        counts.resumed = lines.count { $0.contains(" resumed ") }
        if !plan.namesCollide, !hasLostState { counts.sentTwice = lines.count { $0.contains(" already-there ") } }
        let stored = try server.site.stored()
        let expected = expectedNames(stored)
        counts.files += expected.count
        for (path, digest) in expected where stored[path] != digest { problems.append("\(path) isn't on the server") }
        for path in stored.keys where expected[path] == nil { problems.append("\(path) is too many on the server") }
        try lookAtStaging()
        let beside = try Set(server.site.scratch.names(in: "storage"))
        let foreign = beside.subtracting([".auto-upload", Site.marker, Fixtures.user])
        if !foreign.isEmpty { problems.append("foreign names in the storage folder: \(foreign)") }
    }

    /// Where a client has forgotten an upload's id, the server keeps what has come of it for a while: a file and its record.
    private func lookAtStaging() throws {
        let names = try server.site.partials()
        counts.parked += names.count / 2
        let records = Set(names.filter { $0.hasSuffix(".record") }.map { $0.dropLast(7) })
        let files = Set(names.filter { !$0.hasSuffix(".record") }.map { $0[...] })
        let isRight = hasLostState ? files == records : names.isEmpty
        if !isRight { problems.append("left in staging: \(names)") }
    }

    /// What has to be stored under which name: one content of each path under its own name, whichever came first, the others
    /// beside it.
    private func expectedNames(_ stored: [String: String]) -> [String: String] {
        var contents: [String: Set<String>] = [:]
        for (path, digest) in devices.flatMap(\.recorded) {
            contents[path, default: []].insert(digest)
        }
        var expected: [String: String] = [:]
        for (path, digests) in contents {
            let first = stored[path].flatMap { digests.contains($0) ? $0 : nil } ?? digests.sorted()[0]
            expected[path] = first
            for digest in digests where digest != first {
                expected[path.dropLast(4) + ".\(digest.prefix(16)).mp4"] = digest
                counts.beside += 1
            }
        }
        return expected
    }
}
