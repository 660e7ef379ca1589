import Foundation
import Platform
import SQLite
import TestSupport
import Testing
import Wire

/// Files that are added at the console, and those of a python-fileserver.
@Suite("Files from the console")
struct FileCommandTests {
    private let site: Site
    private let user = Fixtures.user

    init() throws {
        site = try Site()
    }

    private func add(_ words: String...) throws -> RunningProgram.Outcome {
        try RunningProgram.run(Binaries.server, ["files", "add", "-f", site.storage, "--of", user] + words)
    }

    @Test(
        "a file is added by the server that runs, and without one; what is there already is told",
        arguments: [true, false])
    func adding(_ isRunning: Bool) throws {
        let server = try TestServer(site)
        if !isRunning { #expect(try server.stop().status == 0) }
        let content = sample(1_000_000, seed: 5)
        let file = try site.scratch.write(content, to: "clip.mp4")
        let added = try add(file)
        let digest = try digest(of: content)
        #expect(added.output == "\(user)\tclip.mp4\t\(digest)\tstored\n", "\(added.error)")
        #expect(try add(file).output == "\(user)\tclip.mp4\t\(digest)\talready-there\n")
        #expect(try add(file, "--as", "2026/other.mp4", "--json").output.contains("\"path\":\"2026/other.mp4\""))
        try site.scratch.write("another", to: "clip.mp4")
        #expect(try add(file).output.hasPrefix("\(user)\tclip."))
        try site.scratch.write([UInt8](), to: "empty")
        #expect(try add(site.scratch.path("empty")).status == 0)
        #expect(try site.stored().count == 4)
        #expect(try site.stored()["clip.mp4"] == digest)
        try site.expectListed()
        let log = try site.command("log", "list", "--action", "upload").output
        #expect(log.split(separator: "\n").count == 4 && log.contains("\tterminal\t-\tupload\t\(user)/clip.mp4\n"))
    }

    @Test("what can't be added is said, and nothing of it stays", arguments: [true, false])
    func refusing(_ isRunning: Bool) throws {
        let server = try TestServer(site)
        let file = try site.scratch.write(sample(5000), to: "clip")
        try site.setQuota("1000")
        if isRunning {
            let refused = try add(file)
            #expect(refused.status == 73 && refused.error.contains("quota"), "\(refused.error)")
        } else {
            #expect(try server.stop().status == 0)
        }
        #expect(try add(site.scratch.path("none")).status == 66)
        #expect(try add(site.storage).status != 0)
        for path in ["../x", "/x", ".auto-upload/x", ".auto-upload-store"] {
            #expect(try add(file, "--as", path).status == 65)
        }
        #expect(try site.command("files", "add", file, "--of", "..").status == 64)
        #expect(try site.stored().isEmpty && site.partials().isEmpty)
    }

    @Test(
        "nothing is handed to a program of another user that took the server's place",
        .enabled(if: geteuid() == 0, "this needs root"))
    func impostor() throws {
        let server = try TestServer(site)
        let file = try site.scratch.write(sample(5000), to: "clip")
        #expect(try server.stop().status == 0)
        let lock = try FileHandle(forUpdating: URL(fileURLWithPath: site.storage + "/.auto-upload/lock"))
        #expect(flock(lock.fileDescriptor, LOCK_EX) == 0)
        let status = try FileStatus(ofPath: site.storage)
        let name = "auto-upload-server:\(status.identity.device)-\(status.identity.inode)"
        let script = """
            import os, socket
            os.setuid(65534)
            s = socket.socket(socket.AF_UNIX)
            s.bind("\\0\(name)")
            s.listen()
            print("ready", flush=True)
            print("took", len(s.accept()[0].recv(100)), flush=True)
            """
        let impostor = try RunningProgram("/usr/bin/env", ["python3", "-c", script])
        try #require(impostor.waitForLine(.output, containing: "ready") != nil, "\(impostor.text(.error))")
        let refused = try add(file)
        #expect(refused.status == 75 && refused.error.contains("can't be reached"), "\(refused.error)")
        #expect(impostor.waitForLine(.output, containing: "took 0") != nil)
    }

    @Test(
        "a python-fileserver's files keep their addresses, and its log is taken over, once", arguments: [true, false])
    func importing(_ isRunning: Bool) throws {
        let server = try TestServer(site)
        // While it is being made, the catalogue can't be used by others.
        _ = try server.logLine(with: " catalogue-rebuilt ")
        if !isRunning { #expect(try server.stop().status == 0) }
        try site.scratch.makeFolder("old")
        try site.scratch.write("a report", to: "old/report.pdf")
        try site.scratch.write("a movie", to: "old/movie.mp4")
        let database = site.scratch.path("old.sqlite")
        do {
            var connection = try SQLiteConnection(path: database)
            for statement in Self.original { try connection.execute(statement) }
        }
        for round in 0..<2 {
            let imported = try site.command("import-fileserver", database, site.scratch.path("old"), "--of", user)
            #expect(imported.status == 65)
            #expect(imported.output.contains("owner needs a new password"), "\(imported.error)")
            let new = round == 0 ? "2 new links, 3 new lines" : "0 new links, 0 new lines"
            #expect(imported.output.hasSuffix("2 files, \(new) of log; 1 files are missing\n"))
            #expect(imported.error.contains("lost.txt"))
        }
        #expect(try Set(site.stored().keys) == ["report.pdf", "movie.mp4"])
        let links = try site.command("links", "list").output
        #expect(links.contains("ZGbkUKFr\tfile\t\(user)\treport.pdf\t"))
        #expect(links.contains("vcgPqi0V\tfile\t\(user)\tmovie.mp4\t"))
        let log = try site.command("log", "list").output
        #expect(log.contains("\tnot_authenticated\t192.0.2.7\tdownload\tfile_id: ZGbkUKFr, filename: report.pdf\n"))
        #expect(log.contains("\tterminal\t-\tupload\tfile_id: vcgPqi0V, filename: movie.mp4\n"))
        #expect(try site.command("import-fileserver", site.users, site.scratch.path("old"), "--of", user).status == 65)
    }

    /// As the python-fileserver makes them.
    private static let original = [
        "CREATE TABLE users (username text, password_hash text)",
        "CREATE TABLE files (id text, filename text, uploaded text, size integer)",
        "CREATE TABLE logs (timestamp integer, user text, ip_address text, action text, info text)",
        "INSERT INTO users VALUES ('owner', 'pbkdf2:sha256:150000$x$y')",
        "INSERT INTO files VALUES ('ZGbkUKFr', 'report.pdf', '2019-12-31 10:00:00', 8)",
        "INSERT INTO files VALUES ('vcgPqi0V', 'movie.mp4', '2019-12-31 10:00:00', 7)",
        "INSERT INTO files VALUES ('AAAAAAAA', 'lost.txt', '2019-12-31 10:00:00', 7)",
        "INSERT INTO logs VALUES (1577786400000, 'owner', '192.0.2.1', 'login', '')",
        "INSERT INTO logs VALUES (1577786500000, 'not_authenticated', '192.0.2.7', 'download', 'file_id: ZGbkUKFr, filename: report.pdf')",
        "INSERT INTO logs VALUES (1577786600000, 'terminal', 'terminal', 'upload', 'file_id: vcgPqi0V, filename: movie.mp4')",
    ]
}
