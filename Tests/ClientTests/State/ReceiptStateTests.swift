import Domain
import Foundation
import Platform
import SQLite
import Testing
import Transport
import Wire

@testable import AutoUploadClient

@Suite("Receipts in the state")
struct ReceiptStateTests {
    private let recordings: RecordingsFolder
    private let signer: ReceiptSigner

    init() throws {
        recordings = try RecordingsFolder()
        signer = try #require(ReceiptSigner.make())
    }

    private func receipt(_ stored: [UInt8], time: Int64 = 1_700_000_000, by signer: ReceiptSigner? = nil) throws
        -> Receipt
    {
        let signer = signer ?? self.signer
        let statement = try ReceiptStatement(
            key: signer.key, user: "käm", path: RemotePath(stored), size: 5, digest: #require(Digest.of(stored)),
            time: time)
        return Receipt(statement: statement, signature: try #require(signer.sign(statement.bytes)))
    }

    private func receipts(_ state: ClientState) throws -> [KeptReceipt] {
        var all: [KeptReceipt] = []
        try state.forEachReceipt { all.append($0) }
        return all
    }

    @Test("they survive as they were given, names of any bytes too")
    func survive() throws {
        let (first, second) = (try receipt([0xff, 0x0a], time: .min), try receipt(Array("a/b".utf8), time: .max))
        try recordings.openState().record([
            try confirmation(.of("a"), receipt: second), try confirmation(.of("b"), receipt: first),
        ])
        let kept = try receipts(try recordings.openState())
        let (a, b) = try (LocalPath.of("a"), LocalPath.of("b"))
        #expect(kept == [KeptReceipt(receipt: first, path: b), KeptReceipt(receipt: second, path: a)])
        #expect(kept.allSatisfy { $0.receipt.isGenuine })
    }

    @Test("they survive with their proofs, where they were signed together")
    func surviveTogether() throws {
        let statements = try ["a", "b", "c"].map { try receipt(Array($0.utf8)).statement }
        let receipts = try #require(signer.sign(statements))
        let records = try zip(["a", "b", "c"], receipts).map { try confirmation(.of($0), receipt: $1) }
        try recordings.openState().record(records)
        let kept = try self.receipts(try recordings.openState()).map(\.receipt)
        #expect(kept == receipts)
        #expect(kept.map(\.proof.steps.count) == [2, 2, 1])
        #expect(kept.allSatisfy { $0.isGenuine })
    }

    @Test("a receipt whose proof can't be read is left out")
    func damagedProof() throws {
        let state = try recordings.openState()
        try state.record(try confirmation(.of("a"), receipt: try receipt([0x61])))
        var connection = try SQLiteConnection(path: recordings.statePath + "/state.sqlite")
        try connection.execute("UPDATE receipts SET proof = x'0012'")
        #expect(try receipts(state).isEmpty)
    }

    @Test("they stay when the file is gone, wiped or forgotten")
    func stay() throws {
        let state = try recordings.openState()
        try state.record(try confirmation(.of("a"), receipt: try receipt([0x61])))
        try state.record(try confirmation(.of("b"), receipt: try receipt([0x62])))
        try state.record(try confirmation(.of("c"), receipt: try receipt([0x63])))
        try state.forget(.of("a"))
        let record = try wipe(.of("b"))
        try state.beginWipe(record)
        try state.endWipes([(record, .inPlace)])
        try state.forgetMissing { _ in false }
        #expect(try receipts(state).count == 3)
        #expect(try state.confirmation(of: .of("b")) == nil)
    }

    @Test("what wiping the file was worth stays with its receipt, until the file is there again")
    func grade() throws {
        let state = try recordings.openState()
        let record = try wipe(.of("a"))
        let statement = try ReceiptStatement(
            key: signer.key, user: "käm", path: record.storedPath, size: 5, digest: record.digest, time: 1)
        let receipt = Receipt(statement: statement, signature: try #require(signer.sign(statement.bytes)))
        try state.record([
            try confirmation(.of("a"), receipt: receipt), try confirmation(.of("b"), receipt: self.receipt([0x62])),
        ])
        try state.beginWipe(record)
        try state.endWipes([(record, .flash)])
        let kept = try receipts(try recordings.openState())
        #expect(try kept.allSatisfy { try ($0.wipeGrade == .flash) == ($0.path == .of("a")) })
        try state.record(try confirmation(.of("a"), receipt: receipt))
        #expect(try receipts(state).allSatisfy { $0.wipeGrade == nil })
    }

    @Test("one that repeats another takes its place; one under another key doesn't")
    func repeats() throws {
        let state = try recordings.openState()
        let other = try #require(ReceiptSigner.make())
        try state.record(try confirmation(.of("a"), receipt: try receipt([0x61], time: 1)))
        try state.record(try confirmation(.of("a"), receipt: try receipt([0x61], time: 2)))
        try state.record(try confirmation(.of("a"), receipt: try receipt([0x61], time: 3, by: other)))
        #expect(try receipts(state).map(\.receipt.statement.time) == [2, 3])
    }

    @Test("the expected key is remembered, replaced and given up")
    func key() throws {
        #expect(try recordings.openState().receiptKey() == nil)
        try recordings.openState().setReceiptKey(signer.key)
        #expect(try recordings.openState().receiptKey() == signer.key)
        let other = try #require(ReceiptSigner.make()).key
        try recordings.openState().setReceiptKey(other)
        #expect(try recordings.openState().receiptKey() == other)
        try recordings.openState().setReceiptKey(nil)
        #expect(try recordings.openState().receiptKey() == nil)
    }
}

/// `fixtures/state-1.sqlite` was written by the last program whose schema was version 1: confirmations of "sub/a" and "b", an
/// upload of "c" and a decided wipe of "sub/d".
@Suite("A state of version 1")
struct OldStateTests {
    private let recordings: RecordingsFolder

    init() throws {
        recordings = try RecordingsFolder()
        try FileManager.default.createDirectory(atPath: recordings.statePath, withIntermediateDirectories: true)
        let fixture = try #require(Bundle.module.url(forResource: "fixtures/state-1", withExtension: "sqlite"))
        try FileManager.default.copyItem(atPath: fixture.path, toPath: recordings.statePath + "/state.sqlite")
    }

    @Test("nothing in it is lost, and it takes receipts from then on")
    func isMigrated() throws {
        for _ in 0..<2 {
            let state = try recordings.openState()
            #expect(try state.confirmation(of: .of("sub/a")) == confirmation(.of("sub/a")))
            #expect(try state.confirmation(of: .of("b")) == confirmation(.of("b")))
            let id = try state.uploadID(for: .of("c"), fingerprint())
            #expect(id.id.description == "b8fb659898b154de43636b370696a4a9")
            #expect(!id.isFresh)
            let wipe = try #require(try state.wipeRecords().first)
            #expect(wipe.id.description == "e275eac24bfa049ceaf4d0adad9bf8dc")
            #expect(wipe.isDecided)
            #expect(try wipe.path == .of("sub/d"))
            #expect(try state.receiptKey() == nil)
        }
        let state = try recordings.openState()
        let signer = try #require(ReceiptSigner.make())
        let confirmed = try Wire.Confirmation(
            size: 1, digest: #require(Digest.of([1])), fileTag: .elsewhere, path: RemotePath([0x61])
        ).signed(by: signer, user: "camera")
        let receipt = try #require(Receipt(confirmed, user: "camera", key: signer.key))
        try state.record(try confirmation(.of("new"), receipt: receipt))
        var kept: [Receipt] = []
        try state.forEachReceipt { kept.append($0.receipt) }
        #expect(kept == [receipt])
        #expect(
            try !FileManager.default.contentsOfDirectory(atPath: recordings.statePath).contains {
                $0.contains("damaged")
            })
    }

    @Test("who only looks changes nothing and finds no receipts")
    func isReadable() throws {
        let path = recordings.statePath + "/state.sqlite"
        let before = try Data(contentsOf: URL(filePath: path))
        var count = 0
        try ClientState.openToRead(folder: recordings.statePath).forEachReceipt { _ in count += 1 }
        #expect(count == 0)
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test("a newer one is left alone, and one that isn't there isn't made")
    func others() throws {
        do {
            var connection = try SQLiteConnection(path: recordings.statePath + "/state.sqlite")
            try connection.execute("PRAGMA user_version = \(StateSchema.version + 1)")
        }
        #expect(throws: StateError.self) { try recordings.openState() }
        #expect(throws: StateError.self) { try ClientState.openToRead(folder: recordings.statePath) }
        let elsewhere = recordings.base + "/none"
        #expect(throws: StateError.self) { try ClientState.openToRead(folder: elsewhere) }
        #expect(!FileManager.default.fileExists(atPath: elsewhere))
    }
}

/// `fixtures/state-2.sqlite` was written by the last program whose schema was version 2: confirmations of "sub/a" and "b", with
/// receipts that are vectors of docs/PROTOCOL.md, an upload of "c", a decided wipe of "sub/d", and a receipt key.
/// `fixtures/state-3.sqlite` is what the last program with version 3 made of that.
@Suite("A state of an earlier version")
struct StateWithoutProofsTests {
    private let recordings: RecordingsFolder

    init() throws {
        recordings = try RecordingsFolder()
        try FileManager.default.createDirectory(atPath: recordings.statePath, withIntermediateDirectories: true)
    }

    private func take(_ version: Int) throws {
        let fixture = try #require(
            Bundle.module.url(forResource: "fixtures/state-\(version)", withExtension: "sqlite"))
        try FileManager.default.copyItem(atPath: fixture.path, toPath: recordings.statePath + "/state.sqlite")
    }

    private func receipts(_ state: ClientState) throws -> [KeptReceipt] {
        var all: [KeptReceipt] = []
        try state.forEachReceipt { all.append($0) }
        return all
    }

    private func expectOldOnes(_ kept: [KeptReceipt]) throws {
        #expect(try kept.map(\.path) == [.of("b"), .of("sub/a")])
        #expect(kept.allSatisfy { $0.receipt.isGenuine && $0.receipt.proof.steps.isEmpty })
        #expect(kept.map(\.receipt.statement.user) == ["a", "camera"])
        #expect(kept.map(\.receipt.statement.time) == [-1, 1_700_000_000])
    }

    @Test("nothing in it is lost, and it takes receipts with proofs from then on", arguments: [2, 3])
    func isMigrated(_ version: Int) throws {
        try take(version)
        for _ in 0..<2 {
            let state = try recordings.openState()
            #expect(try state.confirmation(of: .of("sub/a")) == confirmation(.of("sub/a")))
            #expect(try state.confirmation(of: .of("b")) == confirmation(.of("b")))
            #expect(try state.confirmation(of: .of("gone")) == nil)
            let id = try state.uploadID(for: .of("c"), fingerprint())
            #expect(id.id.description == "bd700a843512a0f456164c51845289ff")
            #expect(!id.isFresh)
            let wipe = try #require(try state.wipeRecords().first)
            #expect(wipe.id.description == "fa55d087cd4b1b20d5e525a5314c55f6")
            #expect(wipe.isDecided)
            #expect(try state.receiptKey()?.description.hasPrefix("d75a9801") == true)
            try expectOldOnes(try receipts(state))
        }
        let state = try recordings.openState()
        let statements = try receipts(state).map(\.receipt.statement)
        let signer = try #require(ReceiptSigner.make())
        let renewed = try statements.map { old in
            try ReceiptStatement(
                key: signer.key, user: old.user, path: old.path, size: old.size, digest: old.digest, time: 1_800_000_000
            )
        }
        let signed = try #require(signer.sign(renewed))
        try state.record(try zip(["b", "sub/a"], signed).map { try confirmation(.of($0), receipt: $1) })
        let kept = try receipts(try recordings.openState())
        try expectOldOnes(Array(kept.prefix(2)))
        #expect(Set(kept.suffix(2).map(\.receipt)) == Set(signed))
        #expect(signed.allSatisfy { !$0.proof.steps.isEmpty })
        #expect(
            try !FileManager.default.contentsOfDirectory(atPath: recordings.statePath).contains {
                $0.contains("damaged")
            })
    }

    @Test("who only looks changes nothing and finds its receipts", arguments: [2, 3])
    func isReadable(_ version: Int) throws {
        try take(version)
        let path = recordings.statePath + "/state.sqlite"
        let before = try Data(contentsOf: URL(filePath: path))
        try expectOldOnes(try receipts(try ClientState.openToRead(folder: recordings.statePath)))
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test("it becomes what a new one is", arguments: [2, 3])
    func isSame(_ version: Int) throws {
        try take(version)
        func tables(_ path: String) throws -> [String] {
            var connection = try SQLiteConnection(path: path)
            return try connection.query("SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name") { $0.text(0) }
        }
        _ = try recordings.openState()
        let fresh = try RecordingsFolder()
        _ = try fresh.openState()
        let old = try tables(recordings.statePath + "/state.sqlite")
        #expect(try old == tables(fresh.statePath + "/state.sqlite"))
    }
}
