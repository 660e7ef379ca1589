import Foundation
import Platform
import TestSupport
import Testing

/// The connection of the real client is cut wherever it can be; afterwards everything is where it belongs, once.
@Suite("Links that break")
struct CutTests {
    /// With AUTO_UPLOAD_CUTS=all each place is cut in each manner; else in one of them.
    private static let isThorough = ProcessInfo.processInfo.environment["AUTO_UPLOAD_CUTS"] == "all"

    /// Jobs at a time: most of a job's time is spent waiting, before a link that broke is tried again.
    private static let workers = 6

    /// Of a worker's own: of each user the server knows the last uploads only, and others' may be many meanwhile.
    private static func user(_ worker: Int) -> String { "camera-\(worker)" }

    @Test(
        "the connection is cut at every boundary of frames, and what was cut arrives with the next one",
        arguments: Cut.Direction.allCases)
    func boundaries(_ direction: Cut.Direction) async throws {
        try await onThread {
            let server = try TestServer.withUserFolders(of: (0..<Self.workers).map(Self.user))
            let cuts = Monitor(0)
            try onThreads(Self.workers, seconds: 600) { worker in
                var (frames, isReached) = (worker, true)
                while isReached {
                    isReached = false
                    for (index, manner) in Cut.Manner.noticed.enumerated()
                    where Self.isThorough || frames % Cut.Manner.noticed.count == index {
                        let cut = Cut(direction: direction, frames: frames, manner: manner)
                        guard try Self.survives(cut, frames * 10 + index, server, Self.user(worker)) else { continue }
                        isReached = true
                        cuts.change { $0 += 1 }
                    }
                    frames += Self.workers
                }
            }
            let count = cuts.withLock { $0 }
            print("cut \(count) times at boundaries of frames \(direction)")
            // Greeting, login and the files are behind it.
            #expect(count > (direction == .fromClient ? 20 : 14))
            try server.expectServing()
        }
    }

    @Test("the connection is cut in the middle of frames", arguments: Cut.Direction.allCases)
    func insideFrames(_ direction: Cut.Direction) async throws {
        try await onThread {
            let server = try TestServer.withUserFolders(of: (0..<Self.workers).map(Self.user))
            try onThreads(Self.workers, seconds: 600) { worker in
                var random = SeededGenerator(seed: UInt64(worker) + (direction == .fromClient ? 100 : 200))
                for job in 0..<(Self.isThorough ? 30 : 2) {
                    let cut = Cut(
                        direction: direction,
                        frames: .random(in: 0..<(direction == .fromClient ? 24 : 15), using: &random),
                        part: .random(in: 0.001..<1, using: &random),
                        manner: Cut.Manner.noticed.randomElement(using: &random) ?? .reset)
                    _ = try Self.survives(cut, worker * 100 + job, server, Self.user(worker))
                }
            }
            try server.expectServing()
        }
    }

    /// Cuts the first connection of a job, and lets the next one live.
    ///
    /// - Returns: whether the place of the cut was reached.
    private static func survives(_ cut: Cut, _ number: Int, _ server: TestServer, _ user: String) throws -> Bool {
        let proxy = try FrameProxy(to: server) { $0 == 0 ? cut : nil }
        let job = try MixedJob(number, server, port: proxy.port, user: user)
        let first = try job.pass()
        let carried = try #require(proxy.connections.first)
        if !carried.wasCut { #expect(first.status == 0, "\(cut): \(first.error)") }
        try job.expectNothingLost("\(cut): \(first.error)")
        // What it still makes durable is to be seen by the next one.
        _ = try server.logLine(with: " closed ", "address=\(carried.address) ")
        let second = try job.pass()
        #expect(second.status == 0, "\(cut): \(second.error)")
        try job.expectDone("\(cut): \(first.error)\(second.error)")
        #expect(try eventually { try server.site.partials().isEmpty }, "\(cut)")
        job.expectNothingSentTwice("\(cut)")
        return carried.wasCut
    }

    @Test("a daemon whose connections break one after the other gets everything there in the end")
    func daemon() async throws {
        try await onThread {
            let server = try TestServer.withUserFolders()
            let proxy = try FrameProxy(to: server) { number in
                var random = SeededGenerator(seed: UInt64(number))
                guard number < (Self.isThorough ? 40 : 5) else { return nil }
                return Cut(
                    direction: Cut.Direction.allCases.randomElement(using: &random) ?? .fromClient,
                    frames: .random(in: 1..<12, using: &random),
                    part: Bool.random(using: &random) ? .random(in: 0.001..<1, using: &random) : 0,
                    manner: Cut.Manner.noticed.randomElement(using: &random) ?? .reset)
            }
            let job = try MixedJob(0, server, port: proxy.port)
            let daemon = try RunningProgram(
                Binaries.client, job.client.arguments(["--interval", "1"] + job.options),
                environment: job.client.environment)
            #expect(try eventually(seconds: 120) { try job.client.isEmpty() }, "\(daemon.text(.error))")
            daemon.signal(SIGTERM)
            #expect(try daemon.waitForEnd().status == 0)
            try job.expectDone("\(daemon.text(.error))")
        }
    }

    @Test("the connection is cut at bytes of the encrypted stream, the handshake's included")
    func ciphertext() async throws {
        try await onThread {
            let server = try TestServer.withUserFolders()
            try onThreads(Self.workers, seconds: 600) { worker in
                var random = SeededGenerator(seed: UInt64(worker))
                let places = [[0, 1, 500, 2000, 3500, 5000][worker]]
                let others = (0..<(Self.isThorough ? 20 : 1)).map { _ in
                    Int.random(in: 3000..<MixedJob.bytes, using: &random)
                }
                for (number, bytes) in (places + others).enumerated() {
                    try Self.survives(breakingAfter: bytes, worker * 100 + number, server)
                }
            }
            try server.expectServing()
        }
    }

    private static func survives(breakingAfter bytes: Int, _ number: Int, _ server: TestServer) throws {
        let proxy = try LinkProxy(to: server.port) { number in LinkQuality(breaksAfter: number == 0 ? bytes : nil) }
        let job = try MixedJob(number, server, port: proxy.port)
        let first = try job.pass()
        #expect(proxy.connections.first?.isBroken == true)
        try job.expectNothingLost("\(bytes): \(first.error)")
        let second = try job.pass()
        #expect(second.status == 0, "\(bytes): \(second.error)")
        try job.expectDone("\(bytes): \(second.error)")
    }
}
