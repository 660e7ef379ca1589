import Domain
import Foundation
import Glibc
import TestSupport
import Testing
import Wire

/// What keeps a file from being stored for as long as nobody mends it: told early, and no byte is sent twice for it.
@Suite("Lasting errors") struct LastingErrorTests {
    private let site: Site

    init() throws {
        site = try Site()
    }

    private func status(of answer: ServerMessage) -> Status? {
        if case .refused(_, let refusal) = answer { refusal.status } else { nil }
    }

    @Test("a folder of the path that is a file: told at the offer, a small file's at the end; what had come goes")
    func folderIsFile() throws {
        let server = try TestServer(site)
        let file = LargeUpload(size: 40 << 20, path: "a/b/large.mp4")
        let first = try server.loggedIn()
        #expect(try file.begin(first) == 0)
        try file.send(first, from: 0, upTo: 33 << 20)
        first.close()
        _ = try server.logLine(with: " parked ")
        let client = try server.loggedIn()
        guard case .stored = try client.upload(sample(10), to: "a/b") else { throw Failure("not stored") }
        #expect(status(of: try client.upload(sample(10), to: "a/b/small")) == .nameTaken)
        try client.send(.offer(upload: client.newUpload(), file.offer()))
        #expect(status(of: try client.answer()) == .nameTaken)
        #expect(try site.partials() == [])
    }

    @Test("a file whose names all belong to others has a status of its own, and leaves nothing")
    func namesTaken() throws {
        let server = try TestServer(site)
        let content = sample(100_000)
        let hash = try digest(of: content)
        let client = try server.loggedIn()
        for digits in [0, 16, 32, 64] {
            let beside = digits == 0 ? "" : "." + hash.prefix(digits)
            guard case .stored = try client.upload(sample(digits + 1), to: "clip\(beside).mp4") else {
                throw Failure("not stored")
            }
        }
        #expect(status(of: try client.upload(content, to: "clip.mp4")) == .nameUnusable)
        #expect(try eventually { try site.partials() == [] })
    }
}

/// The same for a server that isn't allowed everything.
@Suite(
    "What a server may not do", .enabled(if: geteuid() == 0 && Unprivileged.isPossible, "this needs root and setpriv"))
struct DeniedTests {
    private let site: Site

    init() throws {
        site = try Site()
    }

    private func refusal(of answer: ServerMessage) -> Status? {
        if case .refused(_, let refusal) = answer { refusal.status } else { nil }
    }

    @Test(
        "a user's folder that is another's: told at the offer; what had come stays, and is stored once that is mended")
    func folder() throws {
        let server = try TestServer(site, through: Unprivileged.words)
        let folder = try site.scratch.makeFolder("storage/\(Fixtures.user)")
        let file = LargeUpload(size: 40 << 20)
        let client = try server.loggedIn()
        #expect(try file.begin(client) == 0)
        try file.send(client, from: 0, upTo: file.size)
        try client.awaitPong()
        #expect(unsafe chown(folder, 65_534, 65_534) == 0)
        try file.finish(client)
        #expect(refusal(of: try client.answer()) == .storageDenied)
        #expect(refusal(of: try client.upload(sample(10), to: "small")) == .storageDenied)
        try client.send(.offer(upload: client.newUpload(), file.offer()))
        #expect(refusal(of: try client.answer()) == .storageDenied)
        let line = try server.logLine(with: " refused ", "status=storageDenied")
        #expect(line.contains("may not write there"), "\(line)")
        #expect(unsafe chown(folder, 0, 0) == 0)
        let again = try file.resume(client)
        #expect(again.offset == file.size)
        try file.finish(client, upload: again.upload)
        guard case .stored = try client.answer() else { throw Failure("not stored") }
        #expect(try site.partials() == [])
    }

    @Test("a group that files can't be given to is told at the start")
    func group() throws {
        let words = Unprivileged.words + [Binaries.server] + site.arguments(["--group": "games"])
        let ended = try RunningProgram.run("/usr/bin/env", words)
        #expect(ended.status == 78)
        #expect(ended.error.contains("make the server's user a member of it"), "\(ended.error)")
    }
}

/// Root without a capability, who may do no more than others.
private enum Unprivileged {
    static let words = ["setpriv", "--bounding-set=-all", "--clear-groups"]

    static let isPossible: Bool = (try? RunningProgram.run("/usr/bin/env", words + ["true"]).status) == 0
}
