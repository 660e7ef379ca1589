import Domain
import Platform
import TestSupport
import Testing
import Wire

/// Users' folders that lie elsewhere than the storage folder: nothing can be published into them.
@Suite("Mounted folders", .enabled(if: Namespaces.areAvailable("-m"), Namespaces.reason))
struct MountedFolderTests {
    private let site: Site

    init() throws {
        site = try Site()
        try site.scratch.makeFolder("elsewhere")
    }

    /// A server that has something mounted on a folder of its storage.
    private func server(mounting what: String, on folder: String) throws -> TestServer {
        try TestServer(
            site, after: "mkdir -m 700 -p '\(site.storage)/\(folder)' && mount \(what) '\(site.storage)/\(folder)'")
    }

    private func status(of answer: ServerMessage) -> Status? {
        if case .refused(_, let refusal) = answer { refusal.status } else { nil }
    }

    @Test(
        "an offer into another file system is refused before a byte of it is sent, and the log says what to do",
        arguments: [false, true])
    func refused(_ isSameFileSystem: Bool) throws {
        let what = isSameFileSystem ? "--bind '\(site.scratch.path("elsewhere"))'" : "-t tmpfs tmpfs"
        let server = try server(mounting: what, on: Fixtures.user)
        let client = try server.loggedIn()
        try client.offer("a/clip.mp4", size: 100_000)
        #expect(status(of: try client.answer()) == .folderElsewhere)
        let line = try server.logLine(with: " refused ", "status=folderElsewhere", "path=a/clip.mp4")
        #expect(line.contains("the folder camera isn't on the storage folder's own file system"))
        #expect(try site.partials() == [])
        // Nobody else is concerned.
        try server.expectServing()
    }

    @Test("also of a sub-folder; what lies beside it is stored")
    func subfolder() throws {
        let server = try server(mounting: "-t tmpfs tmpfs", on: Fixtures.user + "/archive/old")
        let client = try server.loggedIn()
        for path in ["archive/old/clip.mp4", "archive/old/deeper/clip.mp4"] {
            #expect(status(of: try client.upload(sample(10), to: path)) == .folderElsewhere)
        }
        for path in ["clip.mp4", "archive/clip.mp4", "archive/new/clip.mp4"] {
            guard case .stored = try client.upload(sample(10), to: path) else { throw Failure("not stored: \(path)") }
        }
    }

    @Test("what was put into such a mount is never confirmed, neither by a query nor as being there already")
    func neverConfirmed() throws {
        let file = try site.scratch.write(sample(10), to: "clip.mp4")
        let folder = "'\(site.storage)/\(Fixtures.user)'"
        let server = try TestServer(
            site, after: "mkdir -m 700 \(folder) && mount -t tmpfs tmpfs \(folder) && cp '\(file)' \(folder)")
        let client = try server.loggedIn()
        #expect(try client.ask("clip.mp4", sample(10)) == .folderElsewhere)
        #expect(status(of: try client.upload(sample(10), to: "clip.mp4")) == .folderElsewhere)
    }

    @Test("a single file that is mounted there isn't confirmed either; a file of that name is stored beside it")
    func singleFile() throws {
        let file = try site.scratch.write(sample(10), to: "clip.mp4")
        let name = "'\(site.storage)/\(Fixtures.user)/clip.mp4'"
        let server = try TestServer(
            site,
            after: "mkdir -m 700 '\(site.storage)/\(Fixtures.user)' && touch \(name) && mount --bind '\(file)' \(name)")
        let client = try server.loggedIn()
        #expect(try client.ask("clip.mp4", sample(10)) == .absent)
        guard case .stored(_, let confirmation, _) = try client.upload(sample(10), to: "clip.mp4") else {
            throw Failure("not stored")
        }
        #expect(confirmation.path.description.hasPrefix("clip."))
        #expect(confirmation.path.description != "clip.mp4")
    }

    @Test("the client tells a person, keeps the file, and doesn't ask again at once; mended, it is stored")
    func client() throws {
        var server: TestServer? = try server(mounting: "-t tmpfs tmpfs", on: Fixtures.user)
        let port = try #require(server?.port)
        let client = try TestClient(try #require(server))
        try client.record(sample(5000), as: "clip.mp4")
        let recordings = try client.recordings()
        let program = try client.start("-d", "y")
        let told = program.waitForLine(.error, containing: " refused path=clip.mp4")
        #expect(told?.contains("folderElsewhere") == true, "\(program.text(.error))")
        program.signal(15)
        #expect(try program.waitForEnd().status == 0)
        #expect(try client.recordings() == recordings)
        #expect(server?.logLines.count { $0.contains(" refused ") } == 1)
        _ = try server?.stop()
        server = nil
        let mended = try TestServer.again(site, port: port)
        #expect(try client.pass("-d", "y").status == 0)
        #expect(try mended.site.stored() == recordings)
        #expect(try client.isEmpty())
    }

    @Test(
        "a server whose own folder is mounted from elsewhere doesn't start, and says why", arguments: ["", "/partial"])
    func own(_ folder: String) throws {
        var reason = ""
        do {
            _ = try server(mounting: "-t tmpfs tmpfs", on: ".auto-upload" + folder)
        } catch let error as TestServer.DidNotStart {
            reason = error.outcome.error
        }
        #expect(reason.contains(".auto-upload must lie on the same file system"), "\(reason)")
    }
}
