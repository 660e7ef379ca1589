import Foundation
import Platform
import TestSupport
import Testing

/// A device in a car, on one day, with all that happens to it.
private final class Day {
    let client: TestClient
    private(set) var server: TestServer
    /// All that was recorded: name → SHA-256.
    private(set) var recorded: [String: String] = [:]
    private var password = Fixtures.password

    init() throws {
        server = try TestServer()
        client = try TestClient(server)
    }

    /// A drive: so many clips.
    func drive(_ clips: Int, bytes: Int = 20_000) throws {
        for _ in 0..<clips {
            let number = recorded.count
            let (name, content) = ("trip-\(number / 4)/clip-\(number).mp4", sample(bytes, seed: number))
            try client.record(content, as: name)
            recorded[name] = try digest(of: content)
        }
    }

    /// - Parameter clock: what the device's says; nil: the right time.
    func pass(clock: Int64? = nil) throws -> RunningProgram.Outcome {
        var environment = ["AUTO_UPLOAD_PASSWORD": password]
        let plan = try FaultPlan(folders: [client.card])
        if let clock {
            try plan.shiftClock(seconds: clock - currentUnixTime())
            environment.merge(try plan.environment()) { $1 }
        }
        return try withExtendedLifetime(plan) {
            try RunningProgram.run(
                Binaries.client, client.arguments(["--once", "-d", "y"]), environment: environment, seconds: 240)
        }
    }

    func start() throws -> RunningProgram {
        try RunningProgram(
            Binaries.client, client.arguments(["--interval", "1", "-d", "y"]),
            environment: ["AUTO_UPLOAD_PASSWORD": password])
    }

    /// The device loses its power as soon as its client has said something.
    func cutPower(when line: String) throws {
        let daemon = try start()
        #expect(daemon.waitForLine(.error, containing: line) != nil, "\(daemon.text(.error))")
        daemon.signal(SIGKILL)
        _ = try daemon.waitForEnd()
    }

    func leaveServer() throws { try server.kill() }
    func comeHome() throws { server = try TestServer.again(server.site, port: server.port) }

    func changePassword(to new: String) throws {
        let changed = try RunningProgram.run(
            Binaries.adduser,
            ["--update", "-u", Fixtures.user, "-f", server.site.users, "--force"] + Fixtures.cheapHash,
            standardInput: new + "\n")
        #expect(changed.status == 0, "\(changed.error)")
        server.program.signal(SIGHUP)
    }

    func learnPassword(_ new: String) { password = new }

    /// The card is taken out, looked for in vain, and put in again.
    func takeCardOut<R>(_ body: () throws -> R) throws -> R {
        let elsewhere = client.scratch.path("in a pocket")
        try FileManager.default.moveItem(atPath: client.card, toPath: elsewhere)
        defer { try? FileManager.default.moveItem(atPath: elsewhere, toPath: client.card) }
        return try body()
    }
}

extension FaultTests {
    @Suite("A day in fast motion")
    struct DayTests {
        @Test("drives, power cuts, a full server, a wrong clock, another password, a taken card: all is stored once")
        func day() async throws {
            try await onThread {
                let day = try Day()
                // Away from home.
                try day.leaveServer()
                try day.drive(5)
                #expect(try day.pass().status == 75)
                // At home, until the ignition is off.
                try day.comeHome()
                try day.cutPower(when: " confirmed ")
                try day.drive(3)
                try day.cutPower(when: " wiped ")
                #expect(try day.pass().status == 0)
                #expect(try day.client.isEmpty())
                try Self.troubles(day)
                // The server has a power cut, too.
                try day.drive(3, bytes: 3_000_000)
                let sending = try day.start()
                _ = try day.server.logLine(with: " login ")
                try day.leaveServer()
                sending.signal(SIGTERM)
                _ = try sending.waitForEnd()
                try day.comeHome()
                #expect(try day.pass().status == 0)
                #expect(try day.client.isEmpty())
                #expect(try day.server.site.stored() == day.recorded)
            }
        }

        private static func troubles(_ day: Day) throws {
            try day.server.site.setQuota("4K")
            try day.drive(2)
            let full = try day.pass()
            #expect(full.status == 75 && full.error.contains(" refused "), "\(full.error)")
            try day.server.site.setQuota("none")
            #expect(try day.pass().status == 0)
            try day.drive(2)
            let late = try day.pass(clock: 60)
            #expect(late.status == 0 && late.error.contains(" clock-late="), "\(late.error)")
            try day.changePassword(to: "another")
            try day.drive(2)
            let denied = try day.pass()
            #expect(denied.status == 77, "\(denied.error)")
            day.learnPassword("another")
            #expect(try day.pass().status == 0)
            try day.drive(2)
            let taken = try day.takeCardOut { try day.pass() }
            #expect(taken.status == 75, "\(taken.error)")
            #expect(try day.pass().status == 0)
            #expect(try day.client.isEmpty())
        }
    }
}
