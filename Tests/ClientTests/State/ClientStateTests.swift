import Domain
import Foundation
import Platform
import SQLite
import Testing
import Transport
import Wire

@testable import AutoUploadClient

@Suite("The client's state")
struct ClientStateTests {
    private let recordings: RecordingsFolder

    init() throws {
        recordings = try RecordingsFolder()
    }

    @Test("confirmations survive, field by field, names of any bytes too")
    func remembersConfirmations() throws {
        let odd = try #require(FileName([0xff, 0x0a, 0x27]))
        let record = try confirmation(LocalPath(folders: [odd], name: odd))
        try recordings.openState().record([record, try confirmation(.of("other"))])
        let state = try recordings.openState()
        #expect(try state.confirmation(of: record.path) == record)
        #expect(try state.confirmation(of: .of("none")) == nil)
    }

    @Test("a later confirmation takes the place of an earlier one; forgetting leaves none")
    func replacesAndForgets() throws {
        let state = try recordings.openState()
        try state.record(try confirmation(.of("a")))
        try state.record(try confirmation(.of("a"), fingerprint(size: 11)))
        #expect(try state.confirmation(of: .of("a"))?.fingerprint.size == 11)
        try state.forget(.of("a"))
        #expect(try state.confirmation(of: .of("a")) == nil)
    }

    @Test("what is no longer there is forgotten, in any table")
    func prunes() throws {
        let state = try recordings.openState()
        let (kept, gone) = try (LocalPath.of("a/kept"), LocalPath.of("a/gone"))
        let (keptUpload, goneUpload) = try (LocalPath.of("b/kept"), LocalPath.of("b/gone"))
        try state.record([try confirmation(kept), try confirmation(gone)])
        let ids = try [keptUpload, goneUpload].map { try state.uploadID(for: $0, fingerprint()).id }
        try state.forgetMissing { [kept, keptUpload].contains($0) }
        #expect(try state.confirmation(of: kept) != nil)
        #expect(try state.confirmation(of: gone) == nil)
        #expect(try state.uploadID(for: keptUpload, fingerprint()) == StoredUploadID(id: ids[0], isFresh: false))
        #expect(try state.uploadID(for: goneUpload, fingerprint()).isFresh)
    }

    @Test("an upload keeps its id for as long as the file stays as it is, and no longer")
    func keepsUploadIDs() throws {
        let path = try LocalPath.of("a")
        let first = try recordings.openState().uploadID(for: path, fingerprint())
        #expect(first.isFresh)
        let state = try recordings.openState()
        #expect(try state.uploadID(for: path, fingerprint()) == StoredUploadID(id: first.id, isFresh: false))
        let second = try state.uploadID(for: path, fingerprint(modified: 101))
        #expect(second.isFresh && second.id != first.id)
        #expect(try state.uploadID(for: path, fingerprint()).isFresh)
    }

    @Test("numbers that a mount made up anew don't part an upload from its id")
    func keepsUploadIDsOverMounts() throws {
        let state = try recordings.openState()
        let first = try state.uploadID(for: .of("a"), fingerprint(inode: 1))
        #expect(try state.uploadID(for: .of("a"), fingerprint(inode: 2)).id == first.id)
        #expect(fingerprint(inode: 1) != fingerprint(inode: 2))
        for other in [fingerprint(size: 11), fingerprint(modified: 101), fingerprint(changed: 101)] {
            #expect(!fingerprint().resembles(other))
        }
    }

    @Test("many ids at a time, each its own; a confirmation ends an upload")
    func makesManyUploadIDs() throws {
        let state = try recordings.openState()
        let paths = try (0..<50).map { try LocalPath.of("\($0)") }
        let known = try state.uploadID(for: paths[7], fingerprint())
        let ids = try state.uploadIDs(for: paths.map { ($0, fingerprint()) })
        #expect(Set(ids.map(\.id)).count == 50)
        #expect(ids.filter { !$0.isFresh } == [StoredUploadID(id: known.id, isFresh: false)])
        #expect(ids[7].id == known.id)
        try state.record(try confirmation(paths[7]))
        #expect(try state.uploadID(for: paths[7], fingerprint()).isFresh)
    }

    @Test("wipes go from begun to decided to ended")
    func recordsWipes() throws {
        let record = try wipe(.of("sub/a"))
        try recordings.openState().beginWipes([record, try wipe(.of("b"))])
        let state = try recordings.openState()
        #expect(try state.wipeRecord(record.id) == record)
        #expect(try state.wipeRecords().count == 2)
        try state.decideWipes([record.id])
        #expect(try recordings.openState().wipeRecords().filter(\.isDecided).map(\.id) == [record.id])
        try state.record(try confirmation(record.path))
        try state.endWipes([(record, .inPlace)])
        #expect(try state.wipeRecord(record.id) == nil)
        #expect(try state.confirmation(of: record.path) == nil)
    }

    @Test("the end of a wipe doesn't forget what was confirmed of a newcomer of the same name")
    func sparesNewcomers() throws {
        let state = try recordings.openState()
        let record = try wipe(.of("a"))
        try state.beginWipe(record)
        try state.record(try confirmation(.of("a"), fingerprint(inode: 99)))
        try state.endWipes([(record, .inPlace)])
        #expect(try state.confirmation(of: .of("a")) != nil)
    }

    @Test("taking a wipe back keeps the confirmation")
    func cancelsWipes() throws {
        let state = try recordings.openState()
        let record = try wipe(.of("a"))
        try state.record(try confirmation(.of("a")))
        try state.beginWipe(record)
        try state.cancelWipes([record.id])
        #expect(try state.wipeRecords().isEmpty)
        #expect(try state.confirmation(of: .of("a")) != nil)
    }

    @Test("a failure changes nothing")
    func isAtomic() throws {
        let state = try recordings.openState()
        let record = try wipe(.of("a"))
        // The same id twice.
        #expect(throws: StateError.self) { try state.beginWipes([record, record]) }
        #expect(try state.wipeRecords().isEmpty)
        try state.beginWipe(record)
        #expect(try state.wipeRecords() == [record])
    }

    @Test("nothing is written while nothing changes")
    func writesNothingIdly() throws {
        let state = try recordings.openState()
        try state.record(try confirmation(.of("a")))
        let before = try fileStates()
        #expect(try state.confirmation(of: .of("a")) != nil)
        try state.forgetMissing { $0.description == "a" }
        try state.record([])
        try state.endWipes([])
        _ = try state.wipeRecords()
        let after = try fileStates()
        #expect(after == before, "\(zip(before, after).filter { $0 != $1 })")
    }

    @Test("two processes may use it at a time")
    func isShared() throws {
        let (first, second) = try (recordings.openState(), recordings.openState())
        try first.record(try confirmation(.of("a")))
        try second.record(try confirmation(.of("b")))
        #expect(try second.confirmation(of: .of("a")) != nil)
        #expect(try first.confirmation(of: .of("b")) != nil)
    }

    @Test("nobody else can read it")
    func isPrivate() throws {
        let state = try recordings.openState()
        try state.record(try confirmation(.of("a")))
        let directory = try Directory.open(path: recordings.statePath)
        #expect(try directory.status().permissions == 0o700)
        for name in try directory.names() { #expect(try directory.status(of: name).permissions & 0o077 == 0) }
    }

    @Test("what was committed is flushed")
    func isDurable() throws {
        _ = try recordings.openState()
        var connection = try SQLiteConnection(path: recordings.statePath + "/state.sqlite")
        _ = try connection.prepareState()
        #expect(try connection.query("PRAGMA journal_mode") { $0.text(0) } == ["truncate"])
        #expect(try connection.query("PRAGMA synchronous") { $0.integer(0) } == [2])
    }

    private func fileStates() throws -> [String] {
        let directory = try Directory.open(path: recordings.statePath)
        return try directory.names().sorted().map { name in
            "\(name) \(Fingerprint(try directory.status(of: name)))"
        }
    }
}

func confirmation(
    _ path: LocalPath, _ fingerprint: Fingerprint = fingerprint(), receipt: Receipt? = nil
) throws -> ConfirmationRecord {
    ConfirmationRecord(
        path: path, fingerprint: fingerprint, digest: try #require(ContentHasher.digest(of: path.bytes)),
        remotePath: try RemotePath(Array("cam/clip".utf8)), storedPath: try RemotePath(Array("cam/clip~1".utf8)),
        receipt: receipt, confirmedAt: 1_700_000_000)
}

func wipe(_ path: LocalPath, _ fingerprint: Fingerprint = fingerprint()) throws -> WipeRecord {
    let confirmation = try confirmation(path, fingerprint)
    return WipeRecord(
        id: try .random(), path: path, fingerprint: fingerprint, digest: confirmation.digest,
        remotePath: confirmation.remotePath, storedPath: confirmation.storedPath, begunAt: 1_700_000_001)
}
