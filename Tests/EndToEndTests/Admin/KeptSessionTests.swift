import Foundation
import TestSupport
import Testing

/// Sessions of the admin site over a restart of the server.
@Suite("Sessions over a restart")
struct KeptSessionTests {
    private let site: Site

    init() throws {
        site = try Site.withRole()
    }

    /// One who has logged in at a server that was ended since.
    private func visitor(killing: Bool = false, _ body: (AdminVisitor) throws -> Void = { _ in }) throws -> String {
        let server = try TestServer(site)
        let visitor = try AdminVisitor.loggedIn(server)
        let session = try visitor.session()
        try body(visitor)
        if killing {
            #expect(try eventually { try kept() == 1 })
            try server.kill()
        } else {
            #expect(try server.stop().status == 0)
        }
        return session
    }

    private func kept() throws -> Int {
        let rows = try RunningProgram.run(
            "/usr/bin/python3",
            [
                "-c",
                "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM sessions').fetchone()[0])",
                site.catalogueFile,
            ])
        return Int(rows.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }

    private func isInside(_ session: String, _ server: TestServer) throws -> Bool {
        try AdminVisitor(server).get("/admin/", ["-H", "Cookie: __Host-auto-upload=\(session)"]).status == 200
    }

    @Test("one goes on after a restart, and after a kill, with the token of its forms", arguments: [false, true])
    func goesOn(_ killing: Bool) throws {
        let session = try visitor(killing: killing)
        let server = try TestServer(site)
        #expect(try eventually { try isInside(session, server) })
        #expect(try !isInside(String(session.reversed()), server))
        // Nothing that is kept is what a browser shows.
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(site.storage)/.auto-upload")
        where name.hasPrefix("catalogue") {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(site.storage)/.auto-upload/\(name)"))
            #expect(bytes.range(of: Data(session.utf8)) == nil, "\(name)")
            let raw = stride(from: 0, to: 64, by: 2).compactMap { offset -> UInt8? in
                let start = session.index(session.startIndex, offsetBy: offset)
                return UInt8(session[start...].prefix(2), radix: 16)
            }
            #expect(raw.count == 32 && bytes.range(of: Data(raw)) == nil, "\(name)")
        }
    }

    @Test("one that was ended doesn't come back")
    func loggedOut() throws {
        let session = try visitor { visitor in
            let answer = try visitor.post("/admin/logout", ["token": visitor.token()])
            if answer.status != 303 { throw Failure("\(answer)") }
        }
        #expect(try !isInside(session, TestServer(site)))
        #expect(try kept() == 0)
    }

    @Test(
        "one doesn't come back whose user has another password, is locked, has no role or is gone",
        arguments: [
            ["--password", "another one of mine", "--force"] + Fixtures.cheapHash, ["--lock"], ["--role", "none"], [],
        ])
    func changed(_ change: [String]) throws {
        let session = try visitor()
        if change.isEmpty {
            try Fixtures.removeUser(Fixtures.user, from: site.users)
            try site.setRole("viewer", of: Fixtures.otherUser)
        } else {
            let words = ["--update", "-u", Fixtures.user, "-f", site.users] + change
            #expect(try RunningProgram.run(Binaries.adduser, words).status == 0)
        }
        let server = try TestServer(site)
        let other = try AdminVisitor(server)
        #expect(try other.get("/admin/").status != 500)
        #expect(try !isInside(session, server))
    }

    @Test("its times go on: one that wasn't used, or has lasted long enough, is over", arguments: ["used", "begun"])
    func times(_ column: String) throws {
        let session = try visitor()
        let changed = try RunningProgram.run(
            "/usr/bin/python3",
            [
                "-c",
                "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('UPDATE sessions SET \(column) = \(column) - 80000'); c.commit()",
                site.catalogueFile,
            ])
        #expect(changed.status == 0, "\(changed.error)")
        #expect(try !isInside(session, TestServer(site)))
    }

    @Test("without a catalogue a restart ends them")
    func withoutCatalogue() throws {
        let first = try TestServer(site, options: ["--catalogue", "off"])
        let session = try AdminVisitor.loggedIn(first).session()
        #expect(try isInside(session, first))
        #expect(try first.stop().status == 0)
        #expect(try !isInside(session, TestServer(site, options: ["--catalogue", "off"])))
    }
}
