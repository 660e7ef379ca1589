import Foundation
import Glibc
import Platform
import Testing
import Wire

@testable import AutoUploadClient

@Suite("Interrupted wipes")
struct InterruptedWipeTests {
    private let recordings: RecordingsFolder
    private let state: ClientState
    private let eraser: Eraser

    init() throws {
        recordings = try RecordingsFolder()
        state = try recordings.openState()
        eraser = Eraser(folder: recordings.watched, state: state)
    }

    /// A file that was being wiped when the program ended.
    private func interrupt(_ content: String = "secret", isDecided: Bool) throws -> WipeRecord {
        let file = try recordings.write(content, to: "sub/a")
        let record = try wipe(file.path, file.fingerprint)
        try state.beginWipe(record)
        let hidden = try #require(record.wipingPath)
        try recordings.move("sub/a", to: hidden.description)
        if isDecided { try state.decideWipes([record.id]) }
        return record
    }

    private func finish() -> [WipeOutcome] {
        let paths = recordings.scan().interruptedWipes
        for _ in 0..<30_000 {
            let outcomes = eraser.finishInterrupted(paths)
            if outcomes != [.kept(reason: "somebody has it open")] { return outcomes }
            usleep(1000)
        }
        return []
    }

    @Test("are gone on with after the decision")
    func finishes() throws {
        _ = try interrupt(isDecided: true)
        #expect(finish().map(\.isWiped) == [true])
        #expect(try recordings.everything() == ["sub"])
        #expect(try state.wipeRecords().isEmpty)
    }

    @Test("are taken back before it: the content is whole")
    func restores() throws {
        let record = try interrupt(isDecided: false)
        #expect(finish().map(\.isKept) == [true])
        #expect(try recordings.everything() == ["sub", "sub/a"])
        #expect(try recordings.text(of: record.path.description) == "secret")
        #expect(try state.wipeRecords().isEmpty)
    }

    @Test("are gone on with when the file was truncated already")
    func finishesTruncated() throws {
        let hidden = try #require(try interrupt(isDecided: true).wipingPath)
        try recordings.watched.open(hidden, .readingAndWriting).truncate(to: 0)
        #expect(finish().map(\.isWiped) == [true])
        #expect(try recordings.everything() == ["sub"])
    }

    @Test("without a record are left alone")
    func leavesUnknown() throws {
        let hidden = try #require(try wipe(.of("a")).wipingPath)
        try recordings.write("secret", to: hidden.description)
        try recordings.write("secret", to: ".auto-upload-wiping-nonsense")
        #expect(finish().map(\.isKept) == [true, true])
        #expect(try recordings.text(of: hidden.description) == "secret")
        #expect(try recordings.text(of: ".auto-upload-wiping-nonsense") == "secret")
    }

    @Test("of which the record was lost with the state are left alone")
    func leavesWithoutState() throws {
        let hidden = try #require(try interrupt(isDecided: true).wipingPath)
        let other = try ClientState.open(folder: recordings.base + "/other")
        let outcomes = Eraser(folder: recordings.watched, state: other).finishInterrupted([hidden])
        #expect(outcomes.map(\.isKept) == [true])
        #expect(try recordings.text(of: hidden.description) == "secret")
        #expect(finish().map(\.isWiped) == [true])
    }

    @Test("whose file is another now are left alone", arguments: [0, 1, 2, 3])
    func leavesOthers(_ way: Int) throws {
        let hidden = try #require(try interrupt(isDecided: true).wipingPath)
        let path = recordings.path(hidden.description)
        var content: String? = "secret"
        switch way {
        case 0:
            // Another file of the same size; the old one lives on, so that its inode isn't used again.
            try FileManager.default.moveItem(atPath: path, toPath: recordings.path("old"))
            content = "SECRET"
            try recordings.write("SECRET", to: hidden.description)
        case 1:
            content = "it has grown"
            try recordings.write("it has grown", to: hidden.description)
        case 2: try recordings.hardLink(hidden.description, as: "second")
        default:
            content = nil
            try FileManager.default.moveItem(atPath: path, toPath: recordings.path("old"))
            try recordings.link(hidden.description, to: "../old")
        }
        let before = try recordings.everything()
        let outcomes = eraser.finishInterrupted([hidden])
        #expect(outcomes.map(\.isKept) == [true])
        #expect(try recordings.everything() == before)
        if let content { #expect(try recordings.text(of: hidden.description) == content) }
        #expect(try state.wipeRecords().count == 1)
    }

    @Test("in another folder than their record's are left alone")
    func leavesMoved() throws {
        let hidden = try #require(try interrupt(isDecided: true).wipingPath)
        try recordings.move(hidden.description, to: hidden.name.description)
        #expect(finish().map(\.isKept) == [true])
        #expect(try recordings.text(of: hidden.name.description) == "secret")
    }

    @Test("wait for whoever has the file open")
    func waitsForReader() throws {
        let hidden = try #require(try interrupt(isDecided: true).wipingPath)
        do {
            let reader = try recordings.watched.open(hidden, .reading)
            #expect(eraser.finishInterrupted([hidden]) == [.kept(reason: "somebody has it open")])
            try reader.close()
        }
        #expect(try recordings.text(of: hidden.description) == "secret")
        #expect(finish().map(\.isWiped) == [true])
    }

    @Test("whose file is gone are ended, and what was confirmed of it forgotten", arguments: [false, true])
    func endsVanished(_ isDecided: Bool) throws {
        let record = try interrupt(isDecided: isDecided)
        try state.record(try confirmation(record.path, record.fingerprint))
        let hidden = try #require(record.wipingPath)
        try FileManager.default.removeItem(atPath: recordings.path(hidden.description))
        #expect(finish().isEmpty)
        #expect(try state.wipeRecords().isEmpty)
        #expect(try (state.confirmation(of: record.path) == nil) == isDecided)
    }

    @Test("whose folder isn't there, or isn't on its device, are not ended")
    func keepsUnmounted() throws {
        let record = try interrupt(isDecided: true)
        try FileManager.default.moveItem(atPath: recordings.path("sub"), toPath: recordings.base + "/sub")
        let elsewhere = try wipe(.of("b"))
        try state.beginWipe(elsewhere)
        #expect(finish().isEmpty)
        #expect(try Set(state.wipeRecords().map(\.id)) == [record.id, elsewhere.id])
    }

    @Test(
        "go by when a file was made also where inodes' numbers are made up, as far as FAT's clock tells",
        arguments: [(1000, 1000, true), (1000, 1002, true), (1000, 4600, true), (1000, 1100, false), (0, 1100, true)]
            as [(Int64, Int64, Bool)])
    func births(_ first: Int64, _ second: Int64, _ isOne: Bool) {
        let times = [first, second].map { FileTime(seconds: $0, nanoseconds: 0) }
        #expect(Eraser.mayBeOneBirth(times[0], times[1]) == isOne)
        #expect(Eraser.mayBeOneBirth(times[1], times[0]) == isOne)
    }
}
