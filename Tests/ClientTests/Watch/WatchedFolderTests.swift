import Domain
import Foundation
import Glibc
import Platform
import TestSupport
import Testing

@testable import AutoUploadClient

@Suite("The watched folder")
struct WatchedFolderTests {
    private let recordings: RecordingsFolder

    init() throws {
        recordings = try RecordingsFolder()
    }

    @Test("is known by its path without links and dots")
    func hasCanonicalPath() throws {
        try FileManager.default.createSymbolicLink(
            atPath: recordings.base + "/link", withDestinationPath: "recordings")
        let folder = try WatchedFolder(path: recordings.base + "/./link/../link")
        #expect(folder.path == recordings.watched.path)
    }

    @Test("isn't a file, nor something that isn't there")
    func refusesOthers() throws {
        try recordings.write("x", to: "file")
        #expect(throws: SystemError.self) { try WatchedFolder(path: recordings.path("file")) }
        #expect(throws: SystemError.self) { try WatchedFolder(path: recordings.path("none")) }
    }

    @Test("opens files beneath it, through no link")
    func opensBeneath() throws {
        try recordings.write("x", to: "sub/file")
        try recordings.link("sublink", to: "sub")
        try recordings.link("sub/filelink", to: "file")
        #expect(try recordings.text(of: "sub/file") == "x")
        for path in ["sublink/file", "sub/filelink"] {
            let error = #expect(throws: SystemError.self) { try recordings.text(of: path) }
            #expect(error?.errno == .tooManyLinks || error?.errno == .notDirectory)
        }
    }

    @Test("is locked by one that deletes, or by many that don't")
    func locks() throws {
        let (first, second) = (recordings.watched, try WatchedFolder(path: recordings.watched.path))
        #expect(try first.lock(exclusive: false))
        #expect(try second.lock(exclusive: false))
        #expect(try !second.lock(exclusive: true))
        let third = try WatchedFolder(path: recordings.watched.path)
        #expect(try third.lock(exclusive: false))
    }

    @Test("an exclusive lock keeps every other off")
    func locksExclusively() throws {
        let other = try WatchedFolder(path: recordings.watched.path)
        #expect(try recordings.watched.lock(exclusive: true))
        #expect(try !other.lock(exclusive: false))
        #expect(try !other.lock(exclusive: true))
    }

    @Test("a store's marker in it or above it is found", arguments: ["", "above"])
    func findsMarkers(_ place: String) throws {
        let sub = try WatchedFolder(path: place.isEmpty ? recordings.watched.path : makeFolder("above/a/b"))
        #expect(try !StoreMarker.findAbove(sub))
        try recordings.write("", to: place.isEmpty ? StoreMarker.name : "\(place)/\(StoreMarker.name)")
        #expect(try StoreMarker.findAbove(sub))
    }

    @Test("a marker beside a folder above is none above")
    func ignoresMarkersBeside() throws {
        let sub = try WatchedFolder(path: makeFolder("a/b"))
        try recordings.write("", to: "c/\(StoreMarker.name)")
        #expect(try !StoreMarker.findAbove(sub))
    }

    private func makeFolder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: recordings.path(name), withIntermediateDirectories: true)
        return recordings.path(name)
    }
}

@Suite("Who writes a file")
struct WriterCheckTests {
    private let recordings: RecordingsFolder

    init() throws {
        recordings = try RecordingsFolder()
        try recordings.write("x", to: "file")
    }

    private func state() throws -> WriterState {
        WriterCheck.state(of: try recordings.watched.open(.of("file"), .reading))
    }

    /// The same when asked again: a lease that was taken is given back. A child that another test starts in this moment
    /// holds copies of every descriptor until it becomes another program.
    private func settledState() throws -> WriterState {
        for _ in 0..<30_000 {
            if try state() == .none { return .none }
            Glibc.usleep(1000)
        }
        return try state()
    }

    @Test("nobody, though somebody reads")
    func nobodyWrites() throws {
        let reader = try recordings.watched.open(.of("file"), .reading)
        #expect(try settledState() == .none)
        #expect(try settledState() == .none)
        _ = try reader.status()
    }

    @Test("somebody, for as long as it is open for writing")
    func somebodyWrites() throws {
        do {
            let writer = try recordings.watched.open(.of("file"), .readingAndWriting)
            #expect(try state() == .writing)
            #expect(try state() == .writing)
            try writer.close()
        }
        #expect(try settledState() == .none)
    }

    @Test("unknown where the kernel doesn't see every writer")
    func unknownElsewhere() throws {
        let file = try FileDescriptor.openForReading(path: "/proc/self/status")
        #expect(WriterCheck.state(of: file) == .unknown)
    }

    @Test("nobody, while other tests start programs and this one has written")
    func bornMeanwhile() throws {
        let scratch = try ScratchFolder("births")
        let recordings = recordings
        let isRight = try inParallel(4) { number in
            (0..<(number == 0 ? 60 : 300)).allSatisfy { _ in
                do {
                    if number == 0 { return try RunningProgram.run("/bin/true", []).status == 0 }
                    let found = try recordings.write("x", to: "file-\(number)")
                    let large = try scratch.write([UInt8](repeating: 1, count: 100_000), to: "file-\(number)")
                    return try WriterCheck.state(of: recordings.watched.open(found.path, .reading)) == .none
                        && WriterCheck.state(of: FileDescriptor.openForReading(path: large)) == .none
                } catch {
                    return false
                }
            }
        }
        #expect(isRight == [true, true, true, true])
    }

    @Test("somebody who holds a write lease, as Samba may, has it open for writing")
    func leaseHolder() throws {
        let file = try recordings.watched.open(.of("file"), .readingAndWriting)
        for _ in 0..<30_000 where file.takeWriteLease() != .none { Glibc.usleep(1000) }
        let state = try WriterCheck.state(of: .of("file"), in: recordings.watched)
        #expect(state == .writing)
        let found = try recordings.watched.root.status(of: LocalPath.of("file").name)
        let due = DueFile(
            path: try .of("file"), fingerprint: Fingerprint(found), remote: try RemotePath([0x61]),
            toleratedWriter: .unknown)
        let failure = #expect(throws: SourceFailure.self) { _ = try OpenSource.open(due, in: recordings.watched) }
        #expect(failure == .beingWritten)
        _ = try file.status()
    }

    @Test("a write lease falls with the first who opens the file")
    func losesLease() throws {
        let file = try recordings.watched.open(.of("file"), .readingAndWriting)
        for _ in 0..<30_000 where file.takeWriteLease() != .none { Glibc.usleep(1000) }
        let before = file.holdsWriteLease()
        #expect(before)
        let error = #expect(throws: SystemError.self) { try recordings.text(of: "file") }
        #expect(error?.errno == .tryAgain)
        let after = file.holdsWriteLease()
        #expect(!after)
    }
}
