import Platform
import SQLite
import Testing

@testable import AutoUploadClient

/// The numbers of devices change with the order in which file systems are mounted, on btrfs for each subvolume.
@Suite("A file system whose device has got another number")
struct VolumeTests {
    private let recordings: RecordingsFolder

    init() throws {
        recordings = try RecordingsFolder()
    }

    private func volumes(_ device: UInt64, _ identity: UInt64?) -> Volumes {
        var volumes = Volumes()
        volumes.add(device, identity: identity)
        return volumes
    }

    private func print(_ device: UInt64) -> Fingerprint {
        let usual = fingerprint()
        let identity = FileIdentity(device: device, inode: usual.identity.inode, born: usual.identity.born)
        return Fingerprint(identity: identity, size: usual.size, modified: usual.modified, changed: usual.changed)
    }

    /// A state that has just been opened where these file systems are there.
    private func state(_ volumes: Volumes) throws -> ClientState {
        let state = try recordings.openState()
        try state.take(volumes)
        return state
    }

    @Test("is known by its own number, with what was confirmed and what is being wiped")
    func known() throws {
        let path = try LocalPath.of("a")
        let record = try wipe(path, print(1))
        let before = try state(volumes(1, 77))
        try before.record(try confirmation(path, print(1)))
        try before.beginWipe(record)
        let after = try state(volumes(9, 77))
        #expect(try after.confirmation(of: path)?.fingerprint == print(9))
        #expect(try after.wipeRecord(record.id)?.fingerprint == print(9))
        #expect(try state(volumes(1, 78)).confirmation(of: path)?.fingerprint == print(.max))
        #expect(try state(Volumes()).confirmation(of: path)?.fingerprint == print(.max))
        try after.endWipes(after.wipeRecords().map { ($0, .flash) })
        #expect(try after.confirmation(of: path) == nil)
    }

    @Test("without a number of its own is known by its device")
    func nameless() throws {
        let path = try LocalPath.of("a")
        try state(volumes(1, nil)).record(try confirmation(path, print(1)))
        #expect(try state(volumes(1, nil)).confirmation(of: path)?.fingerprint == print(1))
        #expect(try state(volumes(2, nil)).confirmation(of: path)?.fingerprint == print(1))
    }

    @Test("of which there is a copy, is told from that by the device")
    func copies() {
        var both = volumes(1, 77)
        both.add(2, identity: 77)
        #expect((both.identity(of: 1), both.identity(of: 2)) == (77, 0))
        #expect(both.knows(2) && !both.knows(3))
        #expect((both.device(keptAs: 5, 77), both.device(keptAs: 2, 0)) == (1, 2))
    }

    @Test("what an earlier version has noted gets the number once, and nothing is written after that")
    func migrates() throws {
        let path = try LocalPath.of("a")
        try recordings.openState().record(try confirmation(path, print(1)))
        do {
            var connection = try SQLiteConnection(path: recordings.statePath + "/" + ClientState.fileName)
            for table in ["confirmations", "uploads", "wipes", "holds"] {
                try connection.execute("ALTER TABLE \(table) DROP COLUMN volume")
            }
            let later = [
                "uploads": ["seal", "sealed_chunks", "sealed_digest"], "confirmations": ["plaintext", "stored_size"],
                "receipts": ["plaintext", "wipe_grade"],
            ]
            for (table, columns) in later {
                for column in columns { try connection.execute("ALTER TABLE \(table) DROP COLUMN \(column)") }
            }
            try connection.execute("DROP TABLE latest_time")
            try connection.execute("PRAGMA user_version = 5")
        }
        #expect(try state(volumes(1, 77)).confirmation(of: path)?.fingerprint == print(1))
        let status = { try Directory.open(path: recordings.statePath).status(of: #require(FileName("state.sqlite"))) }
        let before = try status()
        #expect(try state(volumes(9, 77)).confirmation(of: path)?.fingerprint == print(9))
        #expect(try Fingerprint(status()) == Fingerprint(before))
    }

    @Test("is found by the scan, in the folder and below it")
    func scanned() throws {
        try recordings.write("x", to: "sub/a")
        let device = try recordings.watched.root.status().identity.device
        let volumes = recordings.scan().volumes
        #expect(volumes.knows(device))
        let identity = try recordings.watched.root.descriptor.fileSystemIdentity()
        #expect(volumes.identity(of: device) == identity ?? 0)
        let kind = try recordings.watched.root.descriptor.fileSystemKind()
        #expect(kind.keepsIdentity == (identity != nil))
    }
}
