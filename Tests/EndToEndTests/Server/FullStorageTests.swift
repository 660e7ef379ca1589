import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// A storage that fills up though there was room at the offer: a small file system of its own, that can't reserve.
@Suite("A storage that fills up", .enabled(if: SmallDisk.isPossible, SmallDisk.reason))
struct FullStorageTests {
    @Test("what is durable is kept, others are served, and the upload goes on once there is room, without a restart")
    func goesOn() async throws {
        try await onThread {
            let disk = try SmallDisk(mebibytes: 96)
            let server = try TestServer(disk.site, after: disk.mounting)
            let filler = "/proc/\(server.program.processID)/root\(disk.site.storage)/filler"
            let file = LargeUpload(size: 70 << 20)
            let client = try server.loggedIn()
            #expect(try file.begin(client) == 0)
            try file.send(client, from: 0, upTo: 40 << 20)
            try client.awaitPong()
            try Self.fill(filler)
            // Refused while it sends: what is under way is dropped.
            try file.send(client, from: 40 << 20, upTo: 70 << 20)
            guard case .refused(_, let refusal) = try client.answer() else { throw Failure("not refused") }
            #expect(refusal.status == .storageFull)
            let parked = try server.logLine(with: "parked ")
            let offset = try #require(parked.split(separator: "=").last.flatMap { Int($0) })
            #expect(offset >= 32 << 20)
            // There is still no room, and that is said at the offer; nothing is lost by asking.
            guard case .refused(_, let again) = try client.offerAgain(file) else { throw Failure("not refused") }
            #expect(again.status == .storageFull)
            try FileManager.default.removeItem(atPath: filler)
            guard case .proceed(let upload, let proceed) = try client.offerAgain(file) else {
                throw Failure("no proceed")
            }
            #expect(proceed.durableOffset == UInt64(offset))
            try file.send(client, from: offset, upTo: file.size, upload: upload)
            try file.finish(client, upload: upload)
            guard case .stored(_, let confirmation, _) = try client.answer() else { throw Failure("not stored") }
            #expect(try confirmation.digest == file.digest())
            guard case .stored = try client.upload(sample(100), to: "small") else { throw Failure("not stored") }
        }
    }

    @Test(
        "small files that fill it are refused, each for itself; what was confirmed is there, and the rest comes later")
    func smallFiles() async throws {
        try await onThread {
            let disk = try SmallDisk(mebibytes: 16)
            let server = try TestServer(disk.site, after: disk.mounting)
            let client = try server.loggedIn()
            let root = "/proc/\(server.program.processID)/root\(disk.site.storage)"
            var stored: [String: String] = [:]
            var refused: [Int] = []
            for number in 0..<400 {
                let content = sample(60_000, seed: number)
                switch try client.upload(content, to: "f\(number)") {
                case .stored: stored["f\(number)"] = try digest(of: content)
                case .refused(_, let refusal):
                    #expect(refusal.status == .storageFull)
                    refused.append(number)
                case let other: throw Failure("\(other)")
                }
            }
            #expect(stored.count > 50)
            #expect(refused.count > 50)
            let found = try Tree.digests(of: root + "/camera").filter { $0.key != Site.marker }
            #expect(found == stored)
            for number in 0..<refused.count / 2 {
                try FileManager.default.removeItem(atPath: root + "/camera/f\(number)")
            }
            for number in refused.prefix(20) {
                guard case .stored = try client.upload(sample(60_000, seed: number), to: "f\(number)") else {
                    throw Failure("not stored")
                }
            }
        }
    }

    @Test("a server starts on a disk that is wholly full, refuses uploads, and goes on by itself once there is room")
    func starts() async throws {
        try await onThread {
            let disk = try SmallDisk(mebibytes: 16)
            do {
                let before = try TestServer(disk.site, after: disk.mounting)
                guard case .stored = try before.loggedIn().upload(sample(10), to: "old") else {
                    throw Failure("not stored")
                }
                _ = try before.stop()
            }
            let server = try TestServer(disk.site, after: disk.mounting + " && " + filling(disk))
            let client = try server.loggedIn()
            for size in [10, 100_000] {
                guard case .refused(_, let refusal) = try client.upload(sample(size), to: "new") else {
                    throw Failure("stored")
                }
                #expect(refusal.status == .storageFull)
            }
            let root = "/proc/\(server.program.processID)/root\(disk.site.storage)"
            try makeRoom(root)
            // What couldn't be tried at the start is tried now, and the storage opened anew.
            _ = try server.logLine(with: " storage-opened ")
            let second = try server.loggedIn()
            guard case .stored = try second.upload(sample(100_000), to: "new") else { throw Failure("not stored") }
            #expect(try second.ask("old", sample(10)) == nil)
        }
    }

    @Test("a first start ever on such a disk waits: clients are told to come later, and it serves once there is room")
    func startsFirst() async throws {
        try await onThread {
            let disk = try SmallDisk(mebibytes: 16)
            let server = try TestServer(disk.site, after: disk.mounting + " && " + filling(disk))
            for _ in 0..<2 {
                let client = try server.connect()
                try client.send(.hello(Hello(software: "test/1")))
                guard case .closing(let words) = try client.answer() else { throw Failure("not closed") }
                #expect(words.status == .busy && words.retryAfterSeconds > 0)
            }
            _ = try server.logLine(with: " note ", "make some room")
            try makeRoom("/proc/\(server.program.processID)/root\(disk.site.storage)")
            _ = try server.logLine(with: " receipt-key ")
            guard case .stored = try server.loggedIn().upload(sample(100_000), to: "new") else {
                throw Failure("not stored")
            }
            #expect(try server.stop().status == 0)
        }
    }

    @Test("one that waits for room ends when it is told to")
    func endsWaiting() async throws {
        try await onThread {
            let disk = try SmallDisk(mebibytes: 16)
            let server = try TestServer(disk.site, after: disk.mounting + " && " + filling(disk))
            #expect(try server.stop().status == 0)
        }
    }

    /// Leaves no block, and no inode either. Of the shell.
    private func filling(_ disk: SmallDisk) -> String {
        let folder = "'\(disk.site.storage)'"
        // Inodes first: where there is no block, the folder can't grow to take them all.
        return "{ mkdir \(folder)/filler; i=0; while true > \(folder)/filler/$i; do i=$((i+1)); done; "
            + "cat /dev/zero > \(folder)/filler/0; } 2>/dev/null; true"
    }

    private func makeRoom(_ root: String) throws {
        try FileManager.default.removeItem(atPath: root + "/filler")
    }

    /// Leaves no block free.
    private static func fill(_ path: String) throws {
        _ = try RunningProgram.run("/bin/sh", ["-c", "cat /dev/zero > \"$0\"; true", path])
    }
}

/// A file system in an image, mounted for a server alone. It has no extents, so that nothing can be reserved on it.
struct SmallDisk {
    let site: Site
    private let image: String

    init(mebibytes: Int) throws {
        site = try Site()
        image = site.scratch.path("image")
        let made = try RunningProgram.run(
            "/bin/sh",
            [
                "-c", "truncate -s \(mebibytes)M \"$0\" && mkfs.ext4 -q -m 0 -O ^extent,^64bit,^metadata_csum \"$0\"",
                image,
            ])
        guard made.status == 0 else { throw Failure("mkfs.ext4: \(made.error)") }
    }

    /// Of the shell, in a mount namespace of the server's own.
    var mounting: String { "mount -o loop '\(image)' '\(site.storage)'" }

    static let reason: Comment = "this needs root, mkfs.ext4 and loop devices"

    static let isPossible: Bool = {
        guard Namespaces.areAvailable("-m"), let disk = try? SmallDisk(mebibytes: 16) else { return false }
        let tried = try? RunningProgram.run("/usr/bin/env", ["unshare", "-m", "sh", "-c", disk.mounting])
        return tried?.status == 0
    }()
}

extension ProtocolClient {
    /// - Returns: the answer to an offer of a file that was offered before.
    fileprivate func offerAgain(_ file: LargeUpload) throws -> ServerMessage {
        try send(.offer(upload: newUpload(), try file.offer()))
        return try answer()
    }
}
