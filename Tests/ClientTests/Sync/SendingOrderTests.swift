import Domain
import Platform
import Testing

@testable import AutoUploadClient

@Suite("What goes first")
struct SendingOrderTests {
    /// Tasks for files of these names, each a second younger than the one before.
    private func arranged(_ names: [String], by order: SendingOrder) throws -> [String] {
        let tasks = try names.enumerated().map { index, name in
            let time = FileTime(seconds: Int64(index), nanoseconds: 0)
            let fingerprint = Fingerprint(
                identity: FileIdentity(device: 1, inode: UInt64(index), born: time), size: 1, modified: time,
                changed: time)
            let file = DueFile(
                path: try .of(name), fingerprint: fingerprint, remote: try RemotePath(Array(name.utf8)),
                toleratedWriter: .none)
            return SyncTask(file: file, purpose: .upload)
        }
        return order.arranged(tasks).map(\.file.path.description)
    }

    private func patterns(_ texts: String...) throws -> [NamePattern] {
        try texts.map { try #require(NamePattern($0)) }
    }

    @Test("the oldest, or the newest")
    func byAge() throws {
        let names = ["a", "b", "c"]
        #expect(try arranged(names, by: SendingOrder()) == names)
        #expect(try arranged(names, by: SendingOrder(isNewestFirst: true)) == ["c", "b", "a"])
    }

    @Test("what matches goes before all others, with what was recorded just before and after it in the same folder")
    func neighbours() throws {
        let names = ["d/1.mp4", "d/2.mp4", "e/2b.mp4", "d/EVENT3.mp4", "d/4.mp4", "d/5.mp4", "e/event.mp4"]
        var order = SendingOrder(first: try patterns("event*"))
        #expect(
            try arranged(names, by: order)
                == ["d/EVENT3.mp4", "e/event.mp4", "d/1.mp4", "d/2.mp4", "e/2b.mp4", "d/4.mp4", "d/5.mp4"])
        order.neighbours = 1
        #expect(
            try arranged(names, by: order)
                == ["d/2.mp4", "e/2b.mp4", "d/EVENT3.mp4", "d/4.mp4", "e/event.mp4", "d/1.mp4", "d/5.mp4"])
        order.neighbours = 1000
        #expect(try arranged(names, by: order).count == names.count)
    }

    @Test("a clip and its data go together")
    func together() throws {
        let names = ["d/1.mp4", "d/2.mp4", "d/1.gpx", "e/1.mp4", ".mp4", "1"]
        #expect(
            try arranged(names, by: SendingOrder()) == ["d/1.mp4", "d/1.gpx", "d/2.mp4", "e/1.mp4", ".mp4", "1"])
    }

    @Test("no more is let through than was allowed, and what was spent long ago is no hindrance")
    func rate() {
        let start = Instant(nanoseconds: 1_000_000_000)
        var limit = RateLimit(RateSchedule(1000))
        #expect(limit.pause(at: start) == 0)
        limit.spend(500, at: start)
        #expect(limit.pause(at: start) == 0.5)
        limit.spend(500, at: start)
        #expect(limit.pause(at: start.advanced(bySeconds: 0.25)) == 0.75)
        #expect(limit.pause(at: start.advanced(bySeconds: 60)) == 0)
        limit.spend(1000, at: start.advanced(bySeconds: 60))
        #expect(limit.pause(at: start.advanced(bySeconds: 60)) == 1)
        var none = RateLimit(RateSchedule())
        none.spend(1 << 60, at: start)
        #expect(none.pause(at: start) == 0)
    }

    @Test("a pattern chooses what is sent, and another what isn't, whatever else is said")
    func selection() throws {
        let selection = FileSelection(included: try patterns("*.mp4", "events/"), ignored: try patterns("tmp*", "old/"))
        func isLeftOut(_ name: String, isFolder: Bool = false) throws -> Bool {
            selection.leavesOut(try .of(name), isFolder: isFolder)
        }
        #expect(try !isLeftOut("a.mp4"))
        #expect(try isLeftOut("a.txt"))
        #expect(try !isLeftOut("events/a.txt"))
        #expect(try isLeftOut("events/tmp.mp4"))
        #expect(try isLeftOut("old", isFolder: true))
        #expect(try !isLeftOut("other", isFolder: true), "an included file may lie in it")
    }
}
