import Foundation
import Glibc
import Platform
import TestSupport
import Testing

@testable import AutoUploadClient

/// Folders of a day under fscrypt, with a key each, on a real ext4; the keys' files are on another one.
private final class EncryptedCard {
    static let reason: Comment = "this needs root, namespaces, loop devices, and a kernel with fscrypt on ext4"

    let rig: ClientRig
    let server: FakeServer
    let card: DiskImage
    let keys: DiskImage
    let keyFolder: String

    init() throws {
        rig = try ClientRig(deletes: true)
        server = try FakeServer()
        card = try DiskImage(.ext4, "-O", "encrypt")
        keys = try DiskImage(.ext4)
        keyFolder = try rig.scratch.makeFolder("keys")
        try card.mount(on: rig.scratch.path("recordings"))
        try keys.mount(on: keyFolder)
    }

    /// Makes a folder with a key of its own.
    ///
    /// - Parameter key: of another folder, to share it.
    /// - Returns: the key's identifier, and the key itself.
    @discardableResult
    func makeFolder(_ name: String, sharing key: String = "") throws -> (id: String, key: [UInt8]) {
        let path = rig.scratch.path("recordings/" + name)
        let ended = try RunningProgram.run("/usr/bin/env", ["python3", "-c", Self.script, path, keyFolder, key])
        guard ended.status == 0 else { throw SystemError(ended.error, errno: .inputOutput) }
        let id = ended.output.trimmingCharacters(in: .whitespacesAndNewlines)
        return (id, try rig.scratch.bytes(of: "keys/\(id).key"))
    }

    /// Passes in which an hour is a moment: nobody can make a folder that was born longer ago.
    func context() throws -> PassContext {
        var context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        context.setup.keyFolder = keyFolder
        context.setup.quietSeconds = 0
        context.setup.secondsBetweenDays = 0.01
        return context
    }

    /// Lets a folder look as if it had been used later than it was made.
    func use(_ name: String) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: 2)], ofItemAtPath: rig.scratch.path("recordings/" + name))
    }

    var keyFiles: [String] { get throws { try rig.scratch.names(in: "keys").filter { $0.hasSuffix(".key") } } }

    /// What fscryptctl(1) does: FS_IOC_ADD_ENCRYPTION_KEY, and FS_IOC_SET_ENCRYPTION_POLICY.
    private static let script = """
        import fcntl, os, struct, sys
        path, keys, known = sys.argv[1:]
        raw = open(f"{keys}/{known}.key", "rb").read() if known else os.urandom(64)
        add = bytearray(struct.pack("<II32sII8I", 2, 0, b"", 64, 0, *[0] * 8) + raw)
        parent = os.open(os.path.dirname(path), os.O_RDONLY)
        fcntl.ioctl(parent, 3 << 30 | 80 << 16 | ord("f") << 8 | 23, add, True)
        identifier = bytes(add[8:24])
        os.mkdir(path)
        folder = os.open(path, os.O_RDONLY)
        policy = struct.pack("<BBBB4s16s", 2, 1, 4, 3, b"", identifier)
        fcntl.ioctl(folder, 2 << 30 | 12 << 16 | ord("f") << 8 | 19, policy)
        with open(f"{keys}/{identifier.hex()}.key", "wb") as file:
            file.write(raw)
        print(identifier.hex())
        """

    static let isPossible: Bool =
        DiskImage.arePossible
        && (try? OwnMounts.run {
            try EncryptedCard().makeFolder("trial")
            return true
        }) == true
}

@Suite("Keys of recordings", .enabled(if: EncryptedCard.isPossible, EncryptedCard.reason))
struct RecordingKeyTests {
    private static let secret = (0..<16).map { _ in UInt8.random(in: 1 ... .max) }

    private struct Found: Sendable {
        var plaintext = 0
        var keyBefore = 0
        var keyAfter = 0
        var keyFiles: [String] = []
        var folders: [String] = []
        var others: [String] = []
        var log: [String] = []
    }

    private static func run() throws -> Found {
        var found = Found()
        let card = try EncryptedCard()
        let first = try card.makeFolder("day1")
        let second = try card.makeFolder("day2")
        for name in ["day1/clip", "day1/sub/other", "day2/clip"] {
            try card.rig.scratch.write(Array(repeatElement(secret, count: 4096).joined()), to: "recordings/" + name)
        }
        sync()
        found.keyBefore = try card.keys.count(first.key)
        let context = try card.context()
        for _ in 0..<2000 where ["day1/clip", "day1/sub/other", "day2/clip"].contains(where: card.rig.isThere) {
            Platform.Thread.sleep(seconds: 0.002)
            _ = try card.rig.pass(context)
        }
        try card.use("day2")
        // A folder within goes first, and its parent is then looked at anew; a child of another test may hold copies of
        // descriptors for a moment.
        for _ in 0..<2000 where try card.keyFiles.count == 2 {
            _ = try card.rig.pass(context)
            Platform.Thread.sleep(seconds: 0.002)
        }
        sync()
        (found.plaintext, found.keyAfter) = (try card.card.count(secret), try card.keys.count(first.key))
        (found.keyFiles, found.others) = (try card.keyFiles, [second.id + ".key"])
        found.folders = try card.rig.scratch.names(in: "recordings").filter { $0 != "lost+found" }
        found.log = card.rig.log
        return found
    }

    @Test("when all of a day is wiped, and another has begun, its key is gone from the kernel and from its medium")
    func destroyed() throws {
        let found = try OwnMounts.run { try Self.run() }
        #expect(found.plaintext == 0)
        #expect(found.keyBefore > 0 && found.keyAfter == 0)
        #expect(found.keyFiles == found.others, "\(found.log)")
        #expect(found.folders == ["day2"], "\(found.log)")
        let line = try #require(found.log.first { $0.hasPrefix("key-destroyed path=day1 key=") }, "\(found.log)")
        #expect(line.contains(" grade="))
    }

    /// Folders that are empty, and whose keys have to stay.
    private static func makeNeeded(on card: EncryptedCard) throws -> [String] {
        let scratch = card.rig.scratch
        let shared = try card.makeFolder("front")
        try card.makeFolder("rear", sharing: shared.id)
        try scratch.write("held back", to: "recordings/rear/clip.part")
        for (name, place) in [("moved", "plain"), ("trashed", ".Trash-0"), ("deeper", ".Trash-0/sub")] {
            try card.makeFolder(name)
            try scratch.write("held back", to: "recordings/\(name)/clip.part")
            try scratch.makeFolder("recordings/\(place)")
            guard
                unsafe rename(
                    scratch.path("recordings/\(name)/clip.part"), scratch.path("recordings/\(place)/\(name).part")) == 0
            else { throw SystemError("move a file", errno: .inputOutput) }
        }
        // The next day's, made ahead.
        try scratch.makeFolder("recordings/camera")
        try card.makeFolder("camera/today")
        try card.makeFolder("camera/tomorrow")
        return ["front", "rear", "moved", "trashed", "deeper", "camera/today", "camera/tomorrow"]
    }

    @Test(
        "a key stays that another folder needs, or a file that was moved; so do the newest folder's, and one before a folder without use"
    )
    func stays() throws {
        let (isThere, keys, log) = try OwnMounts.run { () -> ([String: Bool], Int, [String]) in
            let card = try EncryptedCard()
            var names = try Self.makeNeeded(on: card)
            let lost = try card.makeFolder("lost")
            try FileManager.default.removeItem(atPath: card.keyFolder + "/\(lost.id).key")
            try card.makeFolder("newest")
            try card.use("newest")
            names += ["lost", "newest"]
            let context = try card.context()
            for _ in 0..<4 { _ = try card.rig.pass(context) }
            let isThere = names.map { ($0, card.rig.scratch.exists("recordings/" + $0)) }
            return (Dictionary(isThere) { $1 }, try card.keyFiles.count, card.rig.log)
        }
        #expect(isThere.values.allSatisfy { $0 }, "\(isThere)")
        #expect(keys == 7)
        #expect(!log.contains { $0.hasPrefix("key-destroyed") })
        #expect(
            log.contains { $0.hasPrefix("can't-destroy-key path=lost ") && $0.contains("open the key's file") },
            "\(log)")
    }
}

extension ScratchFolder {
    fileprivate func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}
