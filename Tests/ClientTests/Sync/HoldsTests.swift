import Platform
import Testing

@testable import AutoUploadClient

/// How long held files have to stay as they are, by clocks that the test sets.
@Suite("Held files")
struct HoldsTests {
    private let recordings: RecordingsFolder
    private let state: ClientState
    private let time = Shared(Holds.Time(boot: [1], now: Instant(nanoseconds: 0), clock: 1_000_000))
    private static let day: Int64 = 86_400

    init() throws {
        recordings = try RecordingsFolder()
        state = try recordings.openState()
    }

    private func file(_ path: String, size: UInt64 = 5) throws -> FoundFile {
        let identity = FileIdentity(device: 1, inode: 2, born: FileTime(seconds: 3, nanoseconds: 4))
        let changed = FileTime(seconds: 7, nanoseconds: 0)
        return FoundFile(
            path: try .of(path),
            fingerprint: Fingerprint(identity: identity, size: size, modified: changed, changed: changed), links: 1)
    }

    /// As the program finds it when it has just started.
    private func start() -> Holds {
        Holds(HoldTable()) { [time] in time.withLock { $0 } }
    }

    private func pass(_ seconds: Int64) {
        time.withLock { time in
            time.now = time.now.advanced(bySeconds: Double(seconds))
            time.clock += seconds
        }
    }

    /// The machine starts anew, and its clock shows another time by so much.
    private func restart(clockMoves seconds: Int64) {
        time.withLock { time in
            time = Holds.Time(boot: [time.boot[0] + 1], now: Instant(nanoseconds: 5), clock: time.clock + seconds)
        }
    }

    /// What is left, once that is written down.
    private func rest(_ holds: Holds, _ file: FoundFile, among files: [FoundFile] = []) throws -> Double? {
        holds.begin(files + [file])
        let rest = holds.hold(file, state)?.seconds
        try holds.save(state)
        return rest
    }

    @Test("wait for a day without a change, whatever the clock of the wall does, and however often the program starts")
    func waits() throws {
        let part = try file("clip.part")
        let holds = start()
        #expect(try rest(holds, part) == 86_400)
        pass(40_000)
        #expect(try rest(holds, part) == 46_400)
        #expect(try rest(start(), part) == 46_400)
        time.withLock { $0.clock += 50 * 365 * Self.day }
        #expect(try rest(holds, part) == 46_400)
        #expect(try rest(start(), part) == 46_400)
        pass(46_399)
        #expect(try rest(start(), part) == 1)
        pass(1)
        #expect(try rest(start(), part) == nil)
        #expect(try rest(holds, part) == nil)
    }

    @Test("begin anew when they change")
    func changes() throws {
        let holds = start()
        #expect(try rest(holds, file("clip.part")) == 86_400)
        pass(80_000)
        #expect(try rest(holds, file("clip.part", size: 6)) == 86_400)
        pass(10)
        #expect(try rest(start(), file("clip.part", size: 6)) == 86_390)
        #expect(try rest(start(), file("clip.part")) == 86_400)
    }

    @Test("over a restart of the machine the clock of the wall counts, but for some hours only")
    func restarts() throws {
        let part = try file("clip.part")
        #expect(try rest(start(), part) == 86_400)
        pass(100)
        restart(clockMoves: 200)
        #expect(try rest(start(), part) == 86_100)
        // It was wrong before, or is now.
        restart(clockMoves: 50 * 365 * Self.day)
        #expect(try rest(start(), part) == 86_100 - 21_600)
        restart(clockMoves: -60 * 365 * Self.day)
        #expect(try rest(start(), part) == 86_100 - 21_600)
        pass(86_100 - 21_600)
        #expect(try rest(start(), part) == nil)
    }

    @Test("what is gone is forgotten")
    func forgets() throws {
        let part = try file("clip.part")
        let holds = start()
        #expect(try rest(holds, part) == 86_400)
        #expect(holds.isNews(part.path))
        #expect(!holds.isNews(part.path))
        holds.begin([])
        try state.forgetMissing { _ in false }
        #expect(try state.holdRecord(of: part.path) == nil)
        pass(100)
        #expect(try rest(holds, part) == 86_400)
        #expect(holds.isNews(part.path))
    }

    @Test("a database waits while a journal stands beside it, until none of them has changed for a day")
    func databases() throws {
        let holds = start()
        let database = try file("a/app.db")
        let beside = try file("a/app.db-wal")
        #expect(try rest(holds, database) == nil)
        #expect(try rest(holds, beside) == nil)
        #expect(try rest(holds, database, among: [beside]) == 86_400)
        pass(80_000)
        // Its journal is written: both wait for that.
        let written = try file("a/app.db-wal", size: 9)
        #expect(try rest(holds, written, among: [database]) == 86_400)
        #expect(try rest(holds, database, among: [written]) == 86_400)
        holds.begin([database, written])
        #expect(holds.holdOfDatabase(database, state) != nil)
        pass(86_400)
        #expect(try rest(holds, database, among: [written]) == nil)
        #expect(try rest(holds, try file("b/app.db-journal"), among: [database]) == nil)
        holds.begin([try file("x.part")])
        #expect(holds.holdOfDatabase(try file("x.part"), state) == nil)
    }

    @Test("that a hold is over is told when its time is, not when a journal has gone")
    func over() throws {
        let holds = start()
        let (database, journal) = (try file("app.db"), try file("app.db-wal"))
        #expect(try rest(holds, database, among: [journal]) == 86_400)
        #expect(try rest(holds, database) == nil)
        #expect(!holds.isNewsOver(database.path))
        let part = try file("clip.part")
        #expect(try rest(holds, part) == 86_400)
        #expect(!holds.isNewsOver(part.path))
        pass(86_400)
        #expect(try rest(holds, part) == nil)
        #expect(holds.isNewsOver(part.path) && !holds.isNewsOver(part.path))
    }
}
