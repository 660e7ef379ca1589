import Foundation
import TestSupport
import Testing
import Wire

/// A storage folder on FUSE, which can't rename without replacing: names are given by linking there.
@Suite("Storage on FUSE (bindfs)", .enabled(if: BoundStorage.isAvailable, "this needs root, namespaces and bindfs"))
struct FuseStorageTests {
    private let view: BoundStorage
    private let open: BoundStorage
    private let site: Site

    init() throws {
        view = try BoundStorage()
        // Everybody may read what lies in it, as on FAT that was mounted without umask=077.
        open = try BoundStorage(options: "--chmod-ignore --perms=a+rX")
        site = try Site(storage: view.path)
    }

    @Test("it is refused, with what to do, unless the admin takes it as it is")
    func refused() throws {
        do {
            _ = try TestServer(site, through: view.entering)
            throw Failure("it started")
        } catch let error as TestServer.DidNotStart {
            #expect(error.outcome.status == 78)
            #expect(error.outcome.error.contains("--allow-weak-storage"), "\(error.outcome.error)")
        }
    }

    @Test("files of all sizes are stored, found, and never replaced", arguments: [10, 100_000, 20 << 20])
    func stores(_ size: Int) throws {
        let server = try TestServer(site, options: ["--allow-weak-storage"], through: view.entering)
        let client = try server.loggedIn()
        let content = [sample(size), sample(size + 1)]
        for content in content + content {
            guard case .stored = try client.upload(content, to: "a/clip.mp4") else { throw Failure("not stored") }
        }
        let stored = try Tree.digests(of: view.source + "/" + Fixtures.user).filter { $0.key != Site.marker }
        #expect(stored.count == 2 && stored.keys.contains("a/clip.mp4"), "\(stored)")
        #expect(try server.stop().status == 0)
        // Only now: FUSE keeps what is removed while it is open under a hidden name, and a thread may still close it after its answer.
        #expect(try FileManager.default.contentsOfDirectory(atPath: view.source + "/.auto-upload/partial") == [])
    }

    @Test(
        "where all may read everything no receipt key is made, and the admin is told of the mount and of another place")
    func keepsNoSecrets() throws {
        let site = try Site(storage: open.path)
        do {
            _ = try TestServer(site, options: ["--allow-weak-storage"], through: open.entering)
            throw Failure("it started")
        } catch let error as TestServer.DidNotStart {
            #expect(error.outcome.status == 78)
            for part in ["umask=077", "--receipt-key"] {
                #expect(error.outcome.error.contains(part), "\(error.outcome.error)")
            }
        }
        let made = try FileManager.default.contentsOfDirectory(atPath: open.source + "/.auto-upload")
        #expect(!made.contains { $0.hasPrefix("receipt-key") }, "\(made)")
        let options = ["--allow-weak-storage", "--receipt-key", site.scratch.path("key")]
        for _ in 1...2 {
            let server = try TestServer(site, options: options, through: open.entering)
            #expect(try server.stop().status == 0)
        }
    }

    @Test("where all may read everything no password is written")
    func keepsNoPasswords() throws {
        let arguments = [Binaries.adduser, "-u", "anna", "-f", open.path + "/users", "--memory", "19456", "--force"]
        let outcome = try RunningProgram.run("/usr/bin/env", open.entering + arguments, standardInput: "p\n")
        #expect(outcome.status == 73)
        #expect(outcome.error.contains("umask=077"), "\(outcome.error)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: open.source) == [".users.lock"])
    }
}

/// A folder, seen through bindfs in a mount namespace of its own.
private final class BoundStorage: Sendable {
    let source: String
    let path: String
    private let scratch: ScratchFolder
    private let program: RunningProgram

    init(options: String = "") throws {
        scratch = try ScratchFolder("view")
        source = try scratch.makeFolder("source")
        path = try scratch.makeFolder("seen")
        program = try RunningProgram(
            "/usr/bin/env", ["unshare", "-m", "sh", "-c", #"exec bindfs -f \#(options) "$0" "$1""#, source, path],
            standardInput: nil)
        let (program, path) = (program, path)
        let isThere = try eventually {
            let tried = try RunningProgram.run(
                "/usr/bin/env", ["nsenter", "-t", "\(program.processID)", "-m", "mountpoint", "-q", path])
            return tried.status == 0
        }
        guard isThere else { throw Failure("no bindfs: \(program.text(.error))") }
    }

    deinit {
        program.signal(SIGKILL)
    }

    /// What, before a program and its arguments, makes it see the folder.
    var entering: [String] { ["nsenter", "-t", "\(program.processID)", "-m"] }

    static let isAvailable: Bool = {
        let tried = try? RunningProgram.run("/usr/bin/env", ["unshare", "-m", "bindfs", "--version"])
        return tried?.status == 0 && (try? BoundStorage()) != nil
    }()
}
