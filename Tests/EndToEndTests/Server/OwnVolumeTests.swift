import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// Folders on the storage's own file system that nothing can be moved into from the server's own folder (EXDEV).
@Suite("Folders that are volumes or projects of their own", .enabled(if: VolumeDisk.isPossible, VolumeDisk.reason))
struct OwnVolumeTests {
    private func status(of answer: ServerMessage) -> Status? {
        if case .refused(_, let refusal) = answer { refusal.status } else { nil }
    }

    @Test(
        "a user's folder of that kind is stored into; after a kill it goes on where it was, and the start clears what is left",
        arguments: VolumeDisk.Kind.possible)
    func user(_ kind: VolumeDisk.Kind) async throws {
        try await onThread {
            let disk = try VolumeDisk(kind)
            let file = LargeUpload(size: 48 << 20)
            let staging = "\(Fixtures.user)/.auto-upload/partial"
            do {
                let server = try TestServer(disk.site, after: disk.mounting(making: Fixtures.user))
                let client = try server.loggedIn()
                for (size, path) in [(10, "small"), (100_000, "a/b/medium")] {
                    guard case .stored = try client.upload(sample(size), to: path) else { throw Failure("\(path)") }
                    #expect(try client.ask(path, sample(size)) == nil)
                }
                let (upload, offset) = try file.resume(client)
                #expect(offset == 0)
                try file.send(client, from: 0, upTo: 40 << 20, upload: upload)
                try client.awaitPong()
                let names = try FileManager.default.contentsOfDirectory(atPath: disk.root(of: server) + "/" + staging)
                #expect(names.count == 2, "\(names)")
                try server.kill()
            }
            // What has a name as the server gives is its own; anything else somebody has put there, or moved there with its folder.
            let (stray, foreign) = (String(repeating: "0a", count: 16), "clip.mp4")
            let make = "cd '\(disk.site.storage)/\(staging)' && touch \(stray) \(foreign) && cd / "
            let server = try TestServer(disk.site, after: disk.mounting + " && " + make)
            let root = disk.root(of: server)
            let left = try FileManager.default.contentsOfDirectory(atPath: root + "/" + staging)
            #expect(left.count == 3 && !left.contains(stray) && left.contains(foreign), "\(left)")
            let client = try server.loggedIn()
            let (upload, offset) = try file.resume(client)
            #expect(offset >= 32 << 20)
            try file.send(client, from: offset, upTo: file.size, upload: upload)
            try file.finish(client, upload: upload)
            guard case .stored(_, let confirmation, _) = try client.answer() else { throw Failure("not stored") }
            #expect(try confirmation.digest == file.digest())
            #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/" + staging) == [foreign])
            let stored = try Tree.digests(of: root + "/" + Fixtures.user)
            let expected = [Site.marker, ".auto-upload/partial/" + foreign, "a/b/medium", "large.mp4", "small"]
            #expect(stored.keys.sorted() == expected)
            #expect(try stored["large.mp4"] == file.digest().description)
        }
    }

    @Test(
        "a sub-folder of that kind is refused at the offer, with what to do; beside it all is stored",
        arguments: VolumeDisk.Kind.possible)
    func subfolder(_ kind: VolumeDisk.Kind) throws {
        let disk = try VolumeDisk(kind)
        let server = try TestServer(disk.site, after: disk.mounting(making: Fixtures.user + "/archive"))
        let client = try server.loggedIn()
        try client.offer("archive/new/large", size: 100_000)
        #expect(status(of: try client.answer()) == .folderElsewhere)
        let line = try server.logLine(with: " refused ", "status=folderElsewhere", "path=archive/new/large")
        #expect(line.contains("archive") && line.contains("subvolume"), "\(line)")
        #expect(status(of: try client.upload(sample(10), to: "archive/small")) == .folderElsewhere)
        for (size, path) in [(10, "small"), (100_000, "b/large")] {
            guard case .stored = try client.upload(sample(size), to: path) else { throw Failure("\(path)") }
        }
        let archive = disk.root(of: server) + "/" + Fixtures.user + "/archive"
        #expect(try FileManager.default.contentsOfDirectory(atPath: archive) == [])
        guard kind == .subvolume else { return }
        // It may be a snapshot, which goes some day.
        try Data(sample(10)).write(to: URL(fileURLWithPath: archive + "/there"))
        #expect(try client.ask("archive/there", sample(10)) == .folderElsewhere)
    }

    @Test(
        "a sub-folder of that kind in such a folder is refused as well, and nothing else suffers by it",
        arguments: VolumeDisk.Kind.possible.filter { $0 != .encryption })
    func nested(_ kind: VolumeDisk.Kind) throws {
        let disk = try VolumeDisk(kind)
        let home = disk.site.storage + "/" + Fixtures.user
        let commands = disk.mounting(making: Fixtures.user) + " && " + kind.making(home + "/archive", number: 43)
        let server = try TestServer(disk.site, after: commands)
        let client = try server.loggedIn()
        let file = LargeUpload(size: 3 << 20)
        let (upload, _) = try file.resume(client)
        try file.send(client, from: 0, upTo: 2 << 20, upload: upload)
        let second = try server.loggedIn()
        for _ in 0..<2 { #expect(status(of: try second.upload(sample(10), to: "archive/small")) == .folderElsewhere) }
        try second.offer("archive/large", size: 100_000)
        #expect(status(of: try second.answer()) == .folderElsewhere)
        client.close()
        _ = try server.logLine(with: " parked ")
        let third = try server.loggedIn()
        #expect(try file.begin(third) == 2 << 20)
    }

    @Test("a folder .auto-upload in a user's that is another user's isn't used", arguments: VolumeDisk.Kind.possible)
    func foreign(_ kind: VolumeDisk.Kind) throws {
        let disk = try VolumeDisk(kind)
        let own = "'\(disk.site.storage)/\(Fixtures.user)/.auto-upload'"
        let commands = disk.mounting(making: Fixtures.user) + " && mkdir -p \(own)/partial && chown -R 4321 \(own)"
        let server = try TestServer(disk.site, after: commands)
        #expect(status(of: try server.loggedIn().upload(sample(10), to: "small")) == .storageDenied)
        #expect(try server.logLine(with: " refused ").contains("belongs to another user"))
    }

    @Test(
        "a user's folder that becomes one while an upload is under way: it is sent again, and stored",
        .enabled(if: VolumeDisk.Kind.project.isPossible, VolumeDisk.reason))
    func becomes() throws {
        let disk = try VolumeDisk(.project)
        let server = try TestServer(disk.site, after: disk.mounting)
        let client = try server.loggedIn()
        guard case .stored = try client.upload(sample(10), to: "first") else { throw Failure("not stored") }
        let file = LargeUpload(size: 3 << 20)
        let (upload, _) = try file.resume(client)
        try file.send(client, from: 0, upTo: file.size, upload: upload)
        try client.awaitPong()
        try server.run(disk.kind.making(disk.site.storage + "/" + Fixtures.user))
        try file.finish(client, upload: upload)
        #expect(status(of: try client.answer()) == .storageAway)
        _ = try server.logLine(with: " refused ", "path=large.mp4", "the upload is to be sent again")
        let (again, offset) = try file.resume(client)
        #expect(offset == 0)
        try file.send(client, from: 0, upTo: file.size, upload: again)
        try file.finish(client, upload: again)
        guard case .stored = try client.answer() else { throw Failure("not stored") }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: disk.root(of: server) + "/.auto-upload/partial") == [])
    }
}

/// A file system in an image that has volumes, or projects, within it; mounted for a server alone.
struct VolumeDisk {
    enum Kind: String, CaseIterable {
        /// Of btrfs.
        case subvolume
        /// Of XFS, whose number files inherit.
        case project
        /// Of fscrypt, on ext4.
        case encryption

        static let possible = allCases.filter(\.isPossible)

        var isPossible: Bool {
            guard Namespaces.areAvailable("-m"), let disk = try? VolumeDisk(self) else { return false }
            let commands = disk.mounting(making: "x")
            return (try? RunningProgram.run("/usr/bin/env", ["unshare", "-m", "sh", "-c", commands]))?.status == 0
        }

        fileprivate var format: String {
            switch self {
            case .subvolume: "mkfs.btrfs -q"
            case .project: "mkfs.xfs -q"
            case .encryption: "mkfs.ext4 -q -O encrypt"
            }
        }

        /// What a mounted file system needs besides.
        fileprivate func preparing(_ path: String) -> String {
            self == .encryption ? "head -c 64 /dev/zero | xfs_io -c add_enckey '\(path)' >/dev/null" : "true"
        }

        /// Of a key of 64 zero bytes.
        private static let key = "69d7f347a3ca7bfa3e0c1d84e476d050"

        /// Makes a folder, or makes one that is there, one of this kind; a command of the shell.
        ///
        /// - Parameter number: of a project.
        func making(_ path: String, number: Int = 42) -> String {
            switch self {
            case .subvolume: "mkdir -p \"$(dirname '\(path)')\" && btrfs subvolume create '\(path)' >/dev/null"
            case .project: "mkdir -p '\(path)' && xfs_io -c 'chproj \(number)' -c 'chattr +P' '\(path)'"
            case .encryption: "mkdir -p '\(path)' && xfs_io -c 'set_encpolicy -v 2 \(Self.key)' '\(path)'"
            }
        }
    }

    let kind: Kind
    let site: Site
    private let image: String
    private static let path = "PATH=$PATH:/usr/sbin:/sbin; "

    init(_ kind: Kind) throws {
        self.kind = kind
        site = try Site()
        image = site.scratch.path("image")
        let made = try RunningProgram.run(
            "/bin/sh", ["-c", Self.path + "truncate -s 400M \"$0\" && \(kind.format) \"$0\"", image])
        guard made.status == 0 else { throw Failure("\(kind.format): \(made.error)") }
    }

    /// Of the shell, in a mount namespace of the server's own.
    var mounting: String {
        Self.path + "mount -o loop '\(image)' '\(site.storage)' && " + kind.preparing(site.storage)
    }

    func mounting(making folder: String) -> String {
        mounting + " && " + kind.making(site.storage + "/" + folder)
    }

    /// The storage as the server sees it.
    func root(of server: TestServer) -> String {
        "/proc/\(server.program.processID)/root\(site.storage)"
    }

    static let reason: Comment = "this needs root, loop devices, and btrfs-progs or xfsprogs"
    static let isPossible = !Kind.possible.isEmpty
}

extension TestServer {
    /// Runs a command of the shell in the server's own mount namespace.
    func run(_ command: String) throws {
        let ran = try RunningProgram.run(
            "/usr/bin/env", ["nsenter", "-t", "\(program.processID)", "-m", "sh", "-c", command])
        guard ran.status == 0 else { throw Failure("\(command): \(ran.error)") }
    }
}
