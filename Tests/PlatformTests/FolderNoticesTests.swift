import Foundation
import Platform
import TestSupport
import Testing

@Suite("The kernel's word of what happens in folders")
struct FolderNoticesTests {
    private let scratch: ScratchFolder
    private let notices: FolderNotices

    init() throws {
        scratch = try ScratchFolder("notices")
        notices = try FolderNotices()
    }

    /// The folder isn't held open.
    private func watch(_ name: String = "") throws -> FolderNotices.Watch {
        try notices.watch(Directory.open(path: scratch.path(name)))
    }

    private func name(_ text: String) throws -> FileName { try #require(FileName(text)) }

    @Test("who had a file open for writing and closes it is told of, who reads isn't")
    func closed() throws {
        try scratch.write("x", to: "clip")
        let watch = try watch()
        #expect(notices.take().isEmpty)
        let folder = try Directory.open(path: scratch.path)
        _ = try folder.open(name("clip"), .reading).readAll(limit: 10)
        #expect(notices.take().isEmpty)
        // A child that begins meanwhile would hold a copy of the descriptor.
        try Births.preventing { _ = try folder.open(name("clip"), .readingAndWriting) }
        #expect(notices.take() == [.closed(watch, try name("clip"))])
        #expect(notices.take().isEmpty)
    }

    @Test("what comes by its name is told of, a folder isn't")
    func arrived() throws {
        try scratch.write("x", to: "other/clip")
        try scratch.makeFolder("watched")
        let watch = try watch("watched")
        let (from, to) = (
            try Directory.open(path: scratch.path("other")), try Directory.open(path: scratch.path("watched"))
        )
        try from.rename(name("clip"), to: to, as: name("käm 1"))
        try to.makeFolder(name("sub"), permissions: 0o700)
        #expect(notices.take() == [.arrived(watch, try name("käm 1"))])
    }

    @Test("a folder that is watched twice is one, and one that is gone is watched no longer")
    func ended() throws {
        try scratch.makeFolder("sub")
        let watch = try watch("sub")
        #expect(try self.watch("sub") == watch)
        try Directory.open(path: scratch.path).removeFolder(name("sub"))
        #expect(notices.take() == [.ended(watch)])
        let other = try self.watch()
        notices.end(other)
        #expect(notices.take() == [.ended(other)])
        #expect(throws: SystemError.self) { try self.watch("none") }
    }

    @Test("more than the kernel keeps is told of as that")
    func lost() throws {
        _ = try watch()
        let text = try String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
        let most = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        let folder = try Directory.open(path: scratch.path)
        let names = try ["a", "b"].map { try name($0) }
        // Equal ones in a row count once.
        for number in 0..<most + 10 {
            try Births.preventing {
                _ = try folder.open(names[number % 2], .openingOrCreating(permissions: 0o600))
            }
        }
        #expect(notices.take().last == .lost)
    }

    @Test("who waits goes on when something happens")
    func wait() throws {
        _ = try watch()
        let woken = Event()
        try Thread.detach { [notices] in
            notices.wait()
            woken.signal()
        }
        try scratch.write("x", to: "clip")
        #expect(woken.wait(until: .after(seconds: 120)))
    }
}
