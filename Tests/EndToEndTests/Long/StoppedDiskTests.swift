import Foundation
import Glibc
import Platform
import TestSupport
import Testing
import Wire

extension LongTests {
    /// A file system that stops in the middle of everything: from one moment on nothing reaches the disk any more, and
    /// what is there is what a power cut would have left. The kernel does that, by the ioctl that its own tests use.
    @Suite("A disk that stops", .enabled(if: StoppableDisk.isPossible, StoppableDisk.reason))
    struct StoppedDiskTests {
        @Test(
            "what was confirmed is there, and no offset that was told goes back", arguments: StoppableDisk.Kind.possible
        )
        func cut(_ kind: StoppableDisk.Kind) async throws {
            try await onThread {
                let disk = try StoppableDisk(kind)
                let told = Monitor(Told())
                // A slow machine confirms less before each stop, and has more of them.
                for round in 0..<5 * StoppableDisk.rounds
                where round < StoppableDisk.rounds || told.withLock({ $0.stored.count <= 50 }) {
                    let server = try TestServer(disk.site, after: disk.mounting)
                    try check(told.withLock { $0 }, server, disk, round)
                    try work(round, server, told) {
                        Platform.Thread.sleep(seconds: .random(in: 0.02...0.8))
                        try disk.cut(server)
                        // What is confirmed from now on would be a lie.
                        Platform.Thread.sleep(seconds: 0.1)
                        try server.kill()
                    }
                }
                let all = told.withLock { $0 }
                #expect(all.stored.count > 50)
            }
        }

        /// What the server has said.
        private struct Told: Sendable {
            /// Path → digest.
            var stored: [String: String] = [:]
            var offsets: [LargeUpload: Int] = [:]
        }

        private func check(_ told: Told, _ server: TestServer, _ disk: StoppableDisk, _ round: Int) throws {
            let folder = disk.root(of: server) + "/camera"
            let found = FileManager.default.fileExists(atPath: folder) ? try Tree.digests(of: folder) : [:]
            for (path, digest) in told.stored {
                #expect(found[path] == digest, "\(disk.kind) round \(round): \(path)")
            }
            let client = try server.loggedIn()
            for (file, offset) in told.offsets {
                guard case .proceed(_, let proceed) = try client.offer(file) else { throw Failure("no proceed") }
                #expect(Int(proceed.durableOffset) >= offset, "\(disk.kind) round \(round)")
            }
            client.close()
        }

        private func work(
            _ round: Int, _ server: TestServer, _ told: Monitor<Told>, cut: @escaping @Sendable () throws -> Void
        ) throws {
            try onThreads(4, seconds: 120) { number in
                switch number {
                case 0: try cut()
                case 1: try? small(round, number, server, told)
                case 2: try? small(round, number, server, told)
                default: try? large(server, told)
                }
            }
        }

        /// Sends small files, many at a time.
        private func small(_ round: Int, _ number: Int, _ server: TestServer, _ told: Monitor<Told>) throws {
            let client = try server.loggedIn()
            for batch in 0..<50 {
                var waiting: [UInt32: (String, String)] = [:]
                for index in 0..<20 {
                    let path = "r\(round)-\(number)/b\(batch % 7)/f\(batch)-\(index)"
                    let content = sample(
                        100 + index * 3000, seed: round * 1_000_000 + number * 100_000 + batch * 100 + index)
                    let upload = try client.offer(path, size: content.count)
                    try client.send(data: content, upload: upload)
                    try client.finish(upload, content)
                    waiting[upload] = (path, try digest(of: content))
                }
                while !waiting.isEmpty {
                    let message = try client.answer()
                    if case .proceed = message { continue }
                    guard case .stored(let upload, _, _) = message else { return }
                    if let (path, digest) = waiting.removeValue(forKey: upload) {
                        told.withLock { $0.stored[path] = digest }
                    }
                }
            }
        }

        /// Sends a piece of a large file, leaves, comes back, and begins another one now and then.
        private func large(_ server: TestServer, _ told: Monitor<Told>) throws {
            while true {
                let file = told.withLock { $0.offsets.keys.randomElement() }.flatMap { Bool.random() ? $0 : nil }
                let upload = file ?? LargeUpload(size: 24 << 20)
                let client = try server.loggedIn()
                guard case .proceed(let number, let proceed) = try client.offer(upload) else {
                    throw Failure("refused")
                }
                let offset = Int(proceed.durableOffset)
                if offset > 0 || file != nil { told.withLock { $0.offsets[upload] = offset } }
                let end = min(upload.size, offset + .random(in: 1...3_000_000))
                try upload.send(client, from: offset, upTo: end, upload: number)
                try client.awaitPong()
                client.close()
                // Another connection is told what is durable now.
                let next = try server.loggedIn()
                guard case .proceed(_, let more) = try next.offer(upload) else { throw Failure("refused") }
                if more.durableOffset > 0 { told.withLock { $0.offsets[upload] = Int(more.durableOffset) } }
                next.close()
                if told.withLock({ $0.offsets.count > 4 }),
                    let gone = told.withLock({ $0.offsets.keys.randomElement() })
                {
                    let client = try server.loggedIn()
                    guard case .proceed(let number, _) = try client.offer(gone) else { throw Failure("refused") }
                    told.withLock { $0.offsets[gone] = nil }
                    try client.send(.abandon(upload: number))
                    try client.awaitPong()
                    client.close()
                }
            }
        }
    }
}

extension LargeUpload: Hashable {
    static func == (left: Self, right: Self) -> Bool { left.id == right.id }
    func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

extension ProtocolClient {
    fileprivate func offer(_ file: LargeUpload) throws -> ServerMessage {
        try send(.offer(upload: newUpload(), file.offer()))
        return try answer()
    }
}

/// A file system in an image, mounted for a server alone, that can be stopped.
struct StoppableDisk {
    enum Kind: String, CaseIterable {
        case ext4, xfs

        static let possible = allCases.filter { (try? StoppableDisk($0)) != nil }
    }

    static let rounds = 12
    static let reason = Namespaces.loopReason
    static let isPossible = Namespaces.areLoopDisksAvailable

    let site: Site
    let kind: Kind
    private let image: String

    init(_ kind: Kind) throws {
        self.kind = kind
        site = try Site()
        image = site.scratch.path("image")
        let made = try RunningProgram.run(
            "/bin/sh",
            ["-c", "PATH=$PATH:/usr/sbin:/sbin; truncate -s 600M \"$0\" && mkfs.\(kind.rawValue) -q \"$0\"", image])
        guard made.status == 0 else { throw Failure("mkfs: \(made.error)") }
    }

    /// Of the shell, in a mount namespace of the server's own.
    var mounting: String { "PATH=$PATH:/usr/sbin:/sbin; mount -o loop '\(image)' '\(site.storage)'" }

    func root(of server: TestServer) -> String {
        "/proc/\(server.program.processID)/root\(site.storage)"
    }

    /// Stops the file system without writing its journal: EXT4_IOC_SHUTDOWN, XFS_IOC_GOINGDOWN.
    func cut(_ server: TestServer) throws {
        // A program that another test starts meanwhile would keep the stopped file system mounted, and the next server get it.
        let folder = unsafe open(root(of: server), O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw Failure("can't open the storage") }
        defer { _ = Glibc.close(folder) }
        var withoutJournal: UInt32 = 2
        guard unsafe ioctl(folder, 0x8004_587d, &withoutJournal) == 0 else { throw Failure("can't stop the disk") }
    }
}
