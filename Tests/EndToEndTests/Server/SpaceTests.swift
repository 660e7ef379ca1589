import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// What there is no room for is refused before a byte is sent, in words that say whether to come back.
@Suite("Space")
struct SpaceTests {
    private func refusal(_ client: ProtocolClient, size: UInt64, _ path: String = "x.mp4") throws -> Refusal? {
        let upload = try client.offer(path: Array(path.utf8), size: size)
        switch try client.answer() {
        case .refused(upload, let refusal): return refusal
        case .proceed(upload, _):
            try client.send(.abandon(upload: upload))
            return nil
        case let other: throw Failure("\(other)")
        }
    }

    private func granted(_ server: TestServer, _ user: String, _ password: String) throws -> UInt64 {
        guard case .granted(let granted) = try server.connect().tryToLogIn(user, password) else {
            throw Failure("not granted")
        }
        return granted.quotaRemaining
    }

    @Test("a file beyond --max-file-size is refused for good, one of that size is stored")
    func largestFile() throws {
        let server = try TestServer(options: ["--max-file-size", "10K"])
        let client = try server.loggedIn()
        for size in [10_241, 1 << 40, UInt64(Int64.max)] {
            let refusal = try #require(try refusal(client, size: size))
            #expect(refusal.status == .tooLarge && refusal.status.statusClass == .never)
            #expect(refusal.retryAfterSeconds == 0)
        }
        guard case .stored = try client.upload(sample(10_240), to: "fits") else { throw Failure("not stored") }
        _ = try server.logLine(with: " refused ", "path=x.mp4", "status=tooLarge")
        client.close()
        try server.expectOnly(["fits"], afterTheEndOf: client)
    }

    @Test("a quota is told at the login, holds to the block, and is said to be worth another try")
    func quota() throws {
        let site = try Site()
        try site.setQuota("40960")
        let server = try TestServer(site)
        #expect(try granted(server, Fixtures.user, Fixtures.password) == 40_960)
        #expect(try granted(server, Fixtures.otherUser, Fixtures.otherPassword) == ProtocolLimits.unlimitedQuota)
        let client = try server.loggedIn()
        guard case .stored = try client.upload(sample(15_000), to: "a") else { throw Failure("not stored") }
        for size in [16_385, 1 << 40, UInt64(Int64.max)] {
            let refusal = try #require(try refusal(client, size: size))
            #expect(refusal.status == .quotaExceeded && refusal.status.statusClass == .later)
            #expect(refusal.retryAfterSeconds > 0)
        }
        guard case .stored = try client.upload(sample(12_288), to: "b") else { throw Failure("not stored") }
        guard case .stored = try client.upload([], to: "empty") else { throw Failure("not stored") }
        #expect(try refusal(client, size: 1)?.status == .quotaExceeded)
        // The same again takes no room, but that can't be known before it has come.
        #expect(try granted(server, Fixtures.user, Fixtures.password) == 0)
        #expect(try site.stored().keys.sorted() == ["a", "b", "empty"])
        #expect(try site.partials() == [])
        // The next server counts what is there.
        _ = try server.stop()
        #expect(try granted(TestServer(site), Fixtures.user, Fixtures.password) == 0)
    }

    @Test("connections of one user share what is left, however many offer at once")
    func sharedQuota() throws {
        let site = try Site()
        try site.setQuota("163841")
        let server = try TestServer(site)
        let barrier = Barrier(8)
        let sizes = Monitor<[Int]>([])
        try onThreads(8, seconds: 120) { number in
            let client = try server.loggedIn()
            try barrier.arrive(seconds: 60)
            for round in 0..<5 {
                let content = sample(10_000, seed: number * 100 + round)
                switch try client.upload(content, to: "\(number)-\(round)") {
                case .stored: sizes.change { $0.append(content.count) }
                case .refused(_, let refusal): #expect(refusal.status == .quotaExceeded)
                case let other: throw Failure("\(other)")
                }
            }
            client.close()
        }
        #expect(sizes.withLock { $0.reduce(0, +) } == 100_000)
        #expect(try site.stored().count == 10)
        #expect(try granted(server, Fixtures.user, Fixtures.password) == 1)
    }

    @Test("two large uploads that are under way count before their bytes have come")
    func underWay() throws {
        let site = try Site()
        try site.setQuota("1M")
        let server = try TestServer(site)
        let (one, other) = (try server.loggedIn(), try server.loggedIn())
        let upload = try one.offer("a", size: 1_000_000)
        guard case .proceed = try one.answer() else { throw Failure("refused") }
        #expect(try refusal(other, size: 1_000_000)?.status == .quotaExceeded)
        try one.send(.abandon(upload: upload))
        #expect(try refusal(one, size: 1) == nil)
        #expect(try refusal(other, size: 1_000_000) == nil)
    }

    @Test("empty files and folders count, too: a quota bounds how many there are")
    func emptyFiles() throws {
        let site = try Site()
        try site.setQuota("64K")
        let server = try TestServer(site)
        let client = try server.loggedIn()
        var stored = 0
        for number in 0..<40 {
            if case .stored = try client.upload([], to: "\(number)/\(number)/empty") { stored += 1 }
        }
        #expect(stored == 5)
        #expect(try refusal(client, size: 0)?.status == nil)
        #expect(try refusal(client, size: 0, "a/b")?.status == .quotaExceeded)
    }

    @Test("what was left of an upload a moment ago stays, whatever else is offered: its client may be about to go on")
    func notReclaimed() throws {
        let site = try Site()
        try site.setQuota("1M")
        let server = try TestServer(site)
        let first = try server.loggedIn()
        let content = sample(900_000)
        let upload = try first.offer("clip.mp4", size: content.count)
        try first.send(data: Array(content[..<600_000]), upload: upload)
        first.close()
        _ = try server.logLine(with: " parked ", "offset=600000")
        let client = try server.loggedIn()
        for path in ["other.mp4", "clip.mp4"] {
            guard case .refused(_, let refusal) = try client.upload(content, to: path) else { throw Failure("stored") }
            #expect(refusal.status == .quotaExceeded)
        }
        #expect(try site.partials().count == 2)
    }

    @Test(
        "of two users with files of more than half of the room, one is stopped with its first byte, the other is stored",
        .enabled(if: Namespaces.areLoopDisksAvailable, Namespaces.loopReason))
    func overcommitted() throws {
        let site = try Site()
        let server = try TestServer(site, options: ["--keep-free", "4M"], after: small(site, megabytes: 64))
        let inside = "/proc/\(server.program.processID)/root" + site.storage
        let room = Int(try Directory.open(path: inside).descriptor.availableBytes()) - 5 << 20
        let (one, other) = (try server.loggedIn(), try server.loggedIn(Fixtures.otherUser, Fixtures.otherPassword))
        let content = sample(room / 8 * 5)
        let upload = try one.offer("large", size: content.count)
        guard case .proceed = try one.answer() else { throw Failure("refused") }
        let second = try other.offer("second", size: room / 2)
        guard case .proceed = try other.answer() else { throw Failure("refused") }
        try one.send(data: Array(content[..<1000]), upload: upload)
        try one.awaitPong()
        try other.send(data: sample(1000), upload: second)
        guard case .refused(_, let refusal) = try other.answer() else { throw Failure("taken") }
        #expect(refusal.status == .storageFull && refusal.status.statusClass == .later)
        try one.send(data: Array(content[1000...]), upload: upload)
        try one.finish(upload, content)
        guard case .stored = try one.answer() else { throw Failure("not stored") }
        #expect(!server.logLines.contains { $0.contains(" parked ") })
    }

    @Test("what stays because of the quota goes by itself once the admin has given more")
    func client() throws {
        let site = try Site()
        try site.setQuota("20K")
        let server = try TestServer(site)
        let client = try TestClient(server)
        for name in ["a", "b"] { try client.record(sample(9000, seed: name.count), as: name) }
        let first = try client.pass("-d", "y")
        #expect(first.status == 75 && first.error.contains("quotaExceeded"), "\(first.error)")
        #expect(try site.stored().count == 1 && Tree.paths(of: client.card).count == 1)
        try site.setQuota("none")
        let second = try client.pass("-d", "y")
        #expect(second.status == 0, "\(second.error)")
        #expect(try site.stored().count == 2 && client.isEmpty())
    }

    /// Makes a small ext4 and mounts it over the storage folder, in the server's own mount namespace.
    private func small(_ site: Site, megabytes: Int) -> String {
        let image = site.scratch.path("image")
        return "PATH=$PATH:/usr/sbin:/sbin; truncate -s \(megabytes)M '\(image)' && mkfs.ext4 -q -F '\(image)' && "
            + "mount -o loop '\(image)' '\(site.storage)' && rm '\(image)'"
    }

    @Test(
        "--keep-free keeps it free, for all users together, and what fits above it is stored",
        .enabled(if: Namespaces.areLoopDisksAvailable, Namespaces.loopReason))
    func keepFree() throws {
        let site = try Site()
        let server = try TestServer(site, options: ["--keep-free", "20M"], after: small(site, megabytes: 64))
        let inside = "/proc/\(server.program.processID)/root" + site.storage
        let free = { try Directory.open(path: inside).descriptor.availableBytes() }
        let room = try free() - 20 << 20
        let (one, other) = (try server.loggedIn(), try server.loggedIn(Fixtures.otherUser, Fixtures.otherPassword))
        let tooMuch = try #require(try refusal(one, size: room + 4096))
        #expect(tooMuch.status == .storageFull && tooMuch.status.statusClass == .later)
        #expect(tooMuch.retryAfterSeconds > 0)
        #expect(try refusal(one, size: UInt64(Int64.max))?.status == .tooLarge)
        // Promised to one, half of it isn't there for the other, though not a byte of it has come; nor is any of it for oneself.
        let large = try one.offer(path: Array("large".utf8), size: room - 2 << 20)
        guard case .proceed = try one.answer() else { throw Failure("refused") }
        #expect(try refusal(one, size: 4 << 20)?.status == .storageFull)
        #expect(try refusal(other, size: room / 2 + 4 << 20)?.status == .storageFull)
        #expect(try refusal(other, size: room / 2 - 4 << 20) == nil)
        guard case .stored = try other.upload(sample(500_000), to: "small") else { throw Failure("not stored") }
        try one.send(.abandon(upload: large))
        // Many small ones, which aren't allocated at their offer, stop at the floor all the same.
        var stored = 0
        while true {
            let answer = try other.upload(sample(3 << 20, seed: stored), to: "f\(stored)")
            if case .refused(_, let refusal) = answer {
                #expect(refusal.status == .storageFull)
                break
            }
            stored += 1
        }
        #expect(stored > 3)
        #expect(try free() > 19 << 20)
        try FileManager.default.removeItem(atPath: inside + "/\(Fixtures.otherUser)/f0")
        guard case .stored = try other.upload(sample(1 << 20), to: "again") else { throw Failure("not stored") }
    }

    @Test("--read-back stores and finds as ever", arguments: [[], ["--allow-weak-storage"]])
    func readBack(_ options: [String]) throws {
        let site = try Site()
        let isWeak = !options.isEmpty
        if isWeak, !Namespaces.areAvailable("-m") { return }
        let server = try TestServer(
            site, options: ["--read-back"] + options, after: isWeak ? "mount -t tmpfs tmpfs '\(site.storage)'" : nil)
        let client = try server.loggedIn()
        for size in [0, 1, 100_000, 3_000_001] {
            let content = sample(size, seed: size)
            guard case .stored(_, let confirmation, false) = try client.upload(content, to: "f\(size)") else {
                throw Failure("not stored")
            }
            #expect(try confirmation.digest.description == digest(of: content))
            guard case .stored(_, _, true) = try client.upload(content, to: "f\(size)") else { throw Failure("again") }
        }
        let sender = try TestClient(server, user: Fixtures.otherUser, password: Fixtures.otherPassword)
        for number in 0..<30 { try sender.record(sample(20_000, seed: number), as: "clip-\(number)") }
        let ended = try sender.pass("-d", "y")
        #expect(try ended.status == 0 && sender.isEmpty(), "\(ended.error)")
    }

    @Test("sizes that aren't are told at the start", arguments: ["--keep-free", "--max-file-size"])
    func usage(_ option: String) throws {
        let ended = try RunningProgram.run(Binaries.server, try Site().arguments() + [option, "1GB"])
        #expect(ended.status == 64 && ended.error.contains(option))
    }
}
