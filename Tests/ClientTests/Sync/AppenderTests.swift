import Foundation
import Platform
import SQLite
import TestSupport
import Testing
import Wire

@testable import AutoUploadClient

/// Somebody who appends to a file and closes it each time, and others who come again.
@Suite("Who appends")
struct AppenderTests {
    private let rig: ClientRig
    private let server: FakeServer
    private let context: PassContext
    /// How much the clocks have gone forward by the test's wish.
    private let moved = Shared<Int64>(0)

    init() throws {
        rig = try ClientRig(deletes: true)
        server = try FakeServer()
        let settle = SettleRules(
            settleSeconds: 0.000_001, settleUnknownSeconds: 0.000_001, tickSeconds: 0, coarseTickSeconds: 0)
        let moved = moved
        context = try rig.context(
            for: server, trusting: TestCertificates.trusted.get(), settle: settle,
            holds: Holds(HoldTable()) {
                let seconds = moved.withLock { $0 }
                let present = Holds.Time.present
                return Holds.Time(
                    boot: present.boot, now: present.now.advanced(bySeconds: Double(seconds)),
                    clock: present.clock + seconds)
            },
            appenders: Appenders { currentUnixTime() + moved.withLock { $0 } })
    }

    private var path: String { rig.scratch.path("recordings/log") }

    private func append(_ text: String) throws {
        if !rig.isThere("log") { return try rig.write(text, to: "log") }
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    /// Two looks: a file has to be seen twice to have settled. Or more, where a child of another test has a copy of a descriptor.
    @discardableResult
    private func passes(until isDone: () -> Bool = { true }) throws -> PassResult {
        _ = try rig.pass(context)
        var result = try rig.pass(context)
        for _ in 0..<2000 where !isDone() {
            Platform.Thread.sleep(seconds: 0.002)
            result = try rig.pass(context)
        }
        return result
    }

    private var sizes: [UInt64] { server.offers.map(\.size) }

    private func wipeFirst() throws {
        try append("one")
        try passes { !rig.isThere("log") }
        #expect(!rig.isThere("log"))
        #expect(sizes == [3])
        // As if others had come again so late before: no pass takes so long.
        try rig.openState().setGaps([.of("log"): Self.gap])
    }

    private static let gap: Int64 = 10_000

    @Test("a file that comes again after it was wiped is sent, and stays until it hasn't changed for twice the gap")
    func comesAgain() throws {
        try wipeFirst()
        try append("two..")
        try passes { sizes.count == 2 }
        #expect(sizes == [3, 5])
        #expect(rig.isThere("log"))
        try passes()
        #expect(rig.isThere("log"))
        #expect(rig.log.contains { $0.hasPrefix("kept path=log") && $0.contains("append") })
        moved.withLock { $0 += 2 * Self.gap + 2 }
        try passes { !rig.isThere("log") }
        #expect(!rig.isThere("log"))
        #expect(sizes == [3, 5])
    }

    @Test("how late it came is learnt, and kept in the state")
    func learns() throws {
        try append("one")
        try passes { !rig.isThere("log") }
        #expect(try rig.openState().wipedPath(.of("log"))?.gap == 0)
        try append("two..")
        try passes { sizes.count == 2 }
        #expect(try #require(try rig.openState().wipedPath(.of("log"))).gap > 0)
    }

    @Test("one that grows behind what was confirmed is sent whole, and only when it has stayed so for as long")
    func grows() throws {
        try wipeFirst()
        try append("two..")
        try passes { sizes.count == 2 }
        for _ in 0..<5 {
            try append("more")
            #expect(try passes().remaining == 1)
        }
        #expect(sizes == [3, 5])
        #expect(rig.log.contains { $0.hasPrefix("held path=log") })
        moved.withLock { $0 += 2 * Self.gap + 2 }
        try passes { !rig.isThere("log") }
        #expect(sizes == [3, 5, 25])
        #expect(!rig.isThere("log"))
    }

    @Test("one that is written anew each time is sent each time")
    func writtenAnew() throws {
        try wipeFirst()
        for number in 2...4 {
            try rig.write(String(repeating: "\(number)", count: 5 * number), to: "log")
            try passes { sizes.count == number }
        }
        #expect(sizes == [3, 10, 15, 20])
        #expect(rig.isThere("log"))
    }

    @Test("after a day it is a file like any other, and forgotten")
    func forgets() throws {
        try wipeFirst()
        moved.withLock { $0 += WipedPath.memorySeconds }
        try append("two..")
        try passes { !rig.isThere("log") }
        #expect(!rig.isThere("log"))
        let state = try rig.openState()
        #expect(try state.wipedPath(.of("log")) != nil)
        try state.forgetWipedPaths(at: currentUnixTime())
        #expect(try state.wipedPath(.of("log")) != nil)
        try state.forgetWipedPaths(at: currentUnixTime() + WipedPath.memorySeconds + 1)
        #expect(try state.wipedPath(.of("log")) == nil)
    }

    @Test("an SQLite database in use stays, with what stands beside it, and goes whole when it isn't any more")
    func database() throws {
        do {
            var connection = try SQLiteConnection(path: rig.scratch.path("recordings/app.db"))
            _ = try connection.query("PRAGMA journal_mode = WAL") { $0.text(0) }
            try connection.execute("CREATE TABLE rows (number INTEGER)")
            for number in 0..<10 {
                try connection.execute("INSERT INTO rows VALUES (?)", [.integer(Int64(number))])
                #expect(try passes().remaining > 0)
            }
            #expect(rig.isThere("app.db-wal"))
            #expect(try connection.query("SELECT count(*) FROM rows") { $0.integer(0) } == [10])
            #expect(server.offers.isEmpty)
        }
        #expect(!rig.isThere("app.db-wal"))
        try passes { !rig.isThere("app.db") }
        #expect(server.offers.count == 1)
    }
}
