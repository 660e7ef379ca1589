import Domain
import Foundation
import TestSupport
import Testing
import Wire

/// What is confirmed lies where a person looks for it: below the path that the server was given.
@Suite("Where the storage folder's path leads")
struct StoragePlaceTests {
    private let site: Site
    private let server: TestServer
    private let client: ProtocolClient

    init() throws {
        site = try Site()
        server = try TestServer(site)
        client = try server.loggedIn()
        guard case .stored = try client.upload(sample(10), to: "first") else { throw Failure("not stored") }
    }

    /// - Returns: nil when it is stored, else why not.
    private func upload(_ path: String, size: Int = 10) throws -> Status? {
        switch try client.upload(sample(size), to: path) {
        case .stored: return nil
        case .refused(_, let refusal): return refusal.status
        case let other: throw Failure("\(other)")
        }
    }

    /// What the server has open there.
    private func open(below folder: String) throws -> [String] {
        let descriptors = "/proc/\(server.program.processID)/fd"
        return try FileManager.default.contentsOfDirectory(atPath: descriptors).compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: descriptors + "/" + $0)
        }
        .filter { $0 == folder || $0.hasPrefix(folder + "/") }
    }

    private func move(_ from: String, to: String) throws {
        try FileManager.default.moveItem(atPath: from, toPath: to)
    }

    @Test("moved away, nothing is confirmed, whatever is asked, and the log says so once; back again, it goes on")
    func moved() throws {
        let elsewhere = site.scratch.path("elsewhere")
        try move(site.storage, to: elsewhere)
        for path in ["a", "b", "first"] { #expect(try upload(path) == .storageAway) }
        #expect(try client.ask("first", sample(10)) == .storageAway)
        // A large one is told before a byte of it is sent.
        try client.offer("large", size: 100_000)
        guard case .refused(_, let refusal) = try client.answer() else { throw Failure("not refused") }
        #expect(refusal.status == .storageAway)
        let line = try server.logLine(with: " storage-away ", "path=\(site.storage)")
        #expect(line.contains("it has been moved or renamed: nothing is confirmed until it is back"), "\(line)")
        try move(elsewhere, to: site.storage)
        #expect(try upload("a") == nil)
        _ = try server.logLine(with: " storage-back ", "path=\(site.storage)")
        #expect(server.logLines.count { $0.contains(" storage-away ") } == 1)
        #expect(try client.ask("first", sample(10)) == nil)
        #expect(try site.stored().keys.sorted() == ["a", "first"])
    }

    @Test("a folder that was made anew under the same name is another one")
    func replaced() throws {
        try move(site.storage, to: site.scratch.path("elsewhere"))
        try site.scratch.makeFolder("storage")
        #expect(try upload("a") == .storageAway)
        let line = try server.logLine(with: " storage-away ")
        #expect(line.contains("another folder stands in its place") && line.contains("restart the server"), "\(line)")
        #expect(try site.scratch.names(in: "storage") == [])
    }

    @Test("the server's own folder counts as much", arguments: ["", "/partial", "/lock"])
    func own(_ name: String) throws {
        let path = site.storage + "/.auto-upload" + name
        try move(path, to: path + ".old")
        #expect(try upload("a") == .storageAway)
        _ = try server.logLine(with: " storage-away ", ".auto-upload is another one, or is gone")
        try move(path + ".old", to: path)
        #expect(try upload("a") == nil)
    }

    @Test("a marker that was removed is put back")
    func marker() throws {
        let marker = site.storage + "/" + Site.marker
        try FileManager.default.removeItem(atPath: marker)
        #expect(try upload("a") == nil)
        #expect(FileManager.default.fileExists(atPath: marker))
    }

    @Test(
        "another storage at the path is opened in the other's place, with its own receipt key; what was under way goes on there"
    )
    func another() throws {
        let other = try Site()
        let key: String
        do {
            let before = try TestServer(other)
            key = try before.logLine(with: " receipt-key ")
            _ = try before.stop()
        }
        let file = LargeUpload(size: 40 << 20)
        let upload = try file.resume(client).upload
        try file.send(client, from: 0, upTo: 36 << 20, upload: upload)
        try client.awaitPong()
        let elsewhere = site.scratch.path("elsewhere")
        try move(site.storage, to: elsewhere)
        try move(other.storage, to: site.storage)
        _ = try server.logLine(with: " storage-opened ", "path=\(site.storage)")
        let keyText = try #require(key.split(separator: "=").last)
        #expect(server.logLines.contains { $0.contains(" receipt-key ") && $0.hasSuffix(keyText) })
        // Who is connected is sent away, and comes back; then nothing keeps the first one's disk from being taken away.
        guard case .closing(let words)? = try client.remainder().last else { throw Failure("not closed") }
        #expect(words.status == .shuttingDown)
        #expect(try eventually { try open(below: elsewhere).isEmpty })
        let second = try server.loggedIn()
        guard case .stored = try second.upload(sample(10), to: "a") else { throw Failure("not stored") }
        #expect(try site.stored().keys.sorted() == ["a"])
        #expect(try site.scratch.names(in: "elsewhere/.auto-upload/partial").count == 2)
        // The first one again: it was given up whole, and goes on where it was left.
        try move(site.storage, to: other.storage)
        try move(elsewhere, to: site.storage)
        #expect(try eventually { server.logLines.count { $0.contains(" storage-opened ") } == 2 })
        let third = try server.loggedIn()
        #expect(try file.begin(third) == 36 << 20)
    }

    @Test(
        "another storage is opened only with the receipt key that it was used with; until then the first isn't given up"
    )
    func anotherKey() throws {
        let other = try Site()
        _ = try TestServer(other).stop()
        let key = other.storage + "/.auto-upload/receipt-key.pem"
        let right = try Data(contentsOf: URL(fileURLWithPath: key))
        let wrong = try Data(contentsOf: URL(fileURLWithPath: site.storage + "/.auto-upload/receipt-key.pem"))
        try wrong.write(to: URL(fileURLWithPath: key))
        let elsewhere = site.scratch.path("elsewhere")
        try move(site.storage, to: elsewhere)
        try move(other.storage, to: site.storage)
        let line = try server.logLine(with: " note ", "isn't the one that this storage was used with")
        #expect(line.contains("--receipt-key"), "\(line)")
        #expect(try upload("a") == .storageAway)
        try right.write(to: URL(fileURLWithPath: site.storage + "/.auto-upload/receipt-key.pem"))
        _ = try server.logLine(with: " storage-opened ")
        guard case .stored = try server.loggedIn().upload(sample(10), to: "a") else { throw Failure("not stored") }
    }

    @Test("--require-marker refuses a folder that was never used, and takes one that was")
    func requireMarker() throws {
        let fresh = try Site()
        let refused = try RunningProgram.run(Binaries.server, fresh.arguments() + ["--require-marker"])
        #expect(refused.status == 78)
        #expect(refused.error.contains("start the server once without --require-marker"), "\(refused.error)")
        #expect(try fresh.scratch.names(in: "storage") == [])
        _ = try server.stop()
        let again = try TestServer(site, options: ["--require-marker"])
        try again.expectServing()
    }
}

/// The same where it is mounts that hide the folder.
@Suite("What is mounted over the storage folder", .enabled(if: SmallDisk.isPossible, SmallDisk.reason))
struct MountedStorageTests {
    @Test("a disk that is mounted after the start is served by itself, and nothing is confirmed before")
    func disk() throws {
        let disk = try SmallDisk(mebibytes: 16)
        do {
            let before = try TestServer(disk.site, after: disk.mounting)
            guard case .stored = try before.loggedIn().upload(sample(10), to: "old") else {
                throw Failure("not stored")
            }
            _ = try before.stop()
        }
        let server = try TestServer(disk.site, after: "true")
        let client = try server.loggedIn()
        guard case .stored = try client.upload(sample(10), to: "beneath") else { throw Failure("not stored") }
        try server.run(disk.mounting)
        // Whether the server has found the disk by now or not, it isn't stored beneath it.
        guard case .refused(_, let refusal) = try client.upload(sample(20), to: "new") else { throw Failure("stored") }
        #expect(refusal.status == .storageAway)
        let line = try server.logLine(with: " storage-away ", "path=\(disk.site.storage)")
        #expect(line.contains("mounted over it") && line.contains("opened in the other's place"), "\(line)")
        _ = try server.logLine(with: " storage-opened ")
        let second = try server.loggedIn()
        guard case .stored = try second.upload(sample(20), to: "new") else { throw Failure("not stored") }
        let root = "/proc/\(server.program.processID)/root" + disk.site.storage
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: root + "/camera")) == ["old", "new", Site.marker])
        #expect(try disk.site.stored().keys.sorted() == ["beneath"])
    }

    @Test("a mount without a marker isn't taken for the storage; gone, the same connection goes on")
    func unmarked() throws {
        let server = try TestServer(after: "true")
        let client = try server.loggedIn()
        try server.run("mount -t tmpfs tmpfs '\(server.site.storage)'")
        for path in ["a", "b"] {
            guard case .refused(_, let refusal) = try client.upload(sample(10), to: path) else {
                throw Failure("stored")
            }
            #expect(refusal.status == .storageAway)
        }
        #expect(try server.logLine(with: " storage-away ").contains("no marker"))
        try server.run("umount '\(server.site.storage)'")
        guard case .stored = try client.upload(sample(10), to: "a") else { throw Failure("not stored") }
        _ = try server.logLine(with: " storage-back ")
        #expect(server.logLines.count { $0.contains(" storage-away ") } == 1)
    }

    @Test(
        "a bind mount of the very same folder is opened anew: what is mounted in it later would be met by others only")
    func bound() throws {
        let server = try TestServer(after: "true")
        let client = try server.loggedIn()
        guard case .stored = try client.upload(sample(10), to: "a") else { throw Failure("not stored") }
        let storage = server.site.storage
        try server.run("mount --bind '\(storage)' '\(storage)'")
        _ = try server.logLine(with: " storage-opened ")
        let second = try server.loggedIn()
        #expect(try second.ask("a", sample(10)) == nil)
        guard case .stored = try second.upload(sample(10), to: "b") else { throw Failure("not stored") }
    }
}
