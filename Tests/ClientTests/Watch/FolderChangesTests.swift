import Glibc
import Platform
import TestSupport
import Testing

@testable import AutoUploadClient

@Suite("What is told of the watched folder")
struct FolderChangesTests {
    private let recordings: RecordingsFolder
    private let changes = FolderChanges()

    init() throws {
        recordings = try RecordingsFolder()
    }

    private func look() -> Scan {
        var scanner = Scanner(folder: recordings.watched)
        scanner.changes = changes
        return scanner.scan()
    }

    /// Has it open for writing, and closes it.
    private func touch(_ name: String) throws {
        // A child that begins meanwhile would hold a copy of the descriptor.
        try Births.preventing { _ = try recordings.watched.open(.of(name), .readingAndWriting) }
    }

    @Test("files that were closed since the last look are named, in every folder that it came to")
    func closed() throws {
        for path in ["a", "deep/er/b"] { try recordings.write("x", to: path) }
        _ = look()
        #expect(changes.take().isEmpty)
        try touch("a")
        try touch("deep/er/b")
        #expect(try changes.take().closed == [.of("a"), .of("deep/er/b")])
        #expect(changes.takeFlaw() == nil)
    }

    @Test("a folder that was given another name is known by that after the next look; one that is gone is forgotten")
    func moved() throws {
        for path in ["old/a", "gone/b"] { try recordings.write("x", to: path) }
        _ = look()
        try recordings.move("old", to: "new")
        try recordings.watched.directory(of: .of("gone/b")).remove(#require(FileName("b")))
        try recordings.watched.root.removeFolder(#require(FileName("gone")))
        _ = look()
        _ = changes.take()
        try touch("new/a")
        #expect(try changes.take().closed == [.of("new/a")])
    }

    @Test("the programs' own files are nobody's recordings")
    func own() throws {
        _ = look()
        try recordings.write("x", to: ".auto-upload-wiping-00")
        try recordings.write("x", to: "clip")
        #expect(try changes.take().closed == [.of("clip")])
    }

    @Test("a file that settled, and was open and closed since, settles anew")
    func settlesAnew() throws {
        let file = try recordings.write("x", to: "clip")
        let rules = SettleRules(settleSeconds: 3600, settleUnknownSeconds: 3600)
        let memory = PassMemory(changes: changes)
        /// A look at the folder an hour later than the last, by a clock of our own.
        func observe(_ hours: Double) {
            let scan = look()
            memory.observe(
                Scan(
                    began: Instant.now.advanced(bySeconds: hours * 3600),
                    ended: Instant.now.advanced(bySeconds: hours * 3600),
                    clock: scan.clock, files: scan.files, interruptedWipes: [], problems: [], storeMarkers: []))
        }
        func wait() -> Double? {
            memory.tracker.waitingTime(
                for: file.path, file.fingerprint, writer: .none, at: Instant.now.advanced(bySeconds: 7200), rules: rules
            )
        }
        observe(0)
        _ = changes.take()
        observe(1)
        #expect(try #require(wait()) == 0)
        try touch("clip")
        observe(1)
        #expect(try #require(wait()) > 0)
    }

    @Test("what is closed between two looks is looked at by itself, and settles from then on")
    func noted() throws {
        _ = look()
        let memory = PassMemory(changes: changes)
        #expect(!memory.noteChanges(in: recordings.watched.path, FileSelection()))
        let file = try recordings.write("x", to: "sub.mp4")
        try recordings.write("x", to: "ignored.txt")
        var selection = FileSelection()
        selection.ignored = [try #require(NamePattern("*.txt"))]
        #expect(memory.noteChanges(in: recordings.watched.path, selection))
        let rules = SettleRules(settleSeconds: 10, settleUnknownSeconds: 10)
        let wait = try #require(
            memory.tracker.waitingTime(for: file.path, file.fingerprint, writer: .none, at: .now, rules: rules))
        #expect(wait > 0 && wait <= 10)
        // The next look goes on from there.
        memory.observe(look())
        let later = try #require(
            memory.tracker.waitingTime(for: file.path, file.fingerprint, writer: .none, at: .now, rules: rules))
        #expect(later <= wait)
        try recordings.write("x", to: "again.txt")
        #expect(!memory.noteChanges(in: recordings.watched.path, selection))
    }

    @Test(
        "a card whose folders are watched can be unmounted, and what is mounted then is watched",
        .enabled(if: DiskImage.arePossible, DiskImage.reason))
    func unmounted() throws {
        let (first, second) = try OwnMounts.run { () -> (Set<LocalPath>, Set<LocalPath>) in
            let changes = FolderChanges()
            let scratch = try ScratchFolder("card")
            let path = try scratch.makeFolder("card")
            func session(_ image: DiskImage) throws -> Set<LocalPath> {
                try image.mount(on: path)
                // As between two passes: nothing is open.
                do {
                    let folder = try WatchedFolder(path: path)
                    try folder.root.makeFolder(#require(FileName("sub")), permissions: 0o700)
                    var scanner = Scanner(folder: folder)
                    scanner.changes = changes
                    _ = scanner.scan()
                }
                _ = changes.take()
                try scratch.write("x", to: "card/sub/clip")
                let closed = changes.take().closed
                try image.unmount()
                return closed
            }
            return (try session(DiskImage(.ext4)), try session(DiskImage(.xfs)))
        }
        let clip = try LocalPath.of("sub/clip")
        #expect(first == [clip] && second == [clip])
    }
}
