import Foundation
import Platform
import TestSupport
import Testing

@Suite(
    "Blobs in a database", .enabled(if: PostgresServer.isInstalled, Comment(rawValue: PostgresServer.reason)))
struct BlobDatabaseTests {
    private static func options(_ address: String) -> [String] { ["--blobs", "hash", "--database", address] }

    @Test(
        "a database that ends in the midst of the work costs refusals only: what was answered is there, and devices don't notice",
        arguments: [PostgresServer.Treatment.stop, .kill])
    func ends(_ treatment: PostgresServer.Treatment) throws {
        let database = try PostgresServer()
        let blobs = try BlobServer(nil, Self.options(try database.makeDatabase()))
        let work = BlobWork(blobs)
        try work.begin(4)
        for round in 1...2 {
            work.awaitAnswers(20 * round)
            try database.treat(treatment)
            // Of what comes now.
            let isRefused = try eventually { try blobs.post(sample(10)).isError(503) }
            #expect(isRefused)
            #expect(try blobs.curl("/file/1", []).fields["retry-after"] != nil)
            try blobs.server.expectServing()
            try database.treat(.start)
            let isBack = try eventually { try blobs.post(sample(10)).status == 200 }
            #expect(isBack)
        }
        work.awaitAnswers(60)
        let answered = work.end()
        #expect(work.others == [])
        for (id, content) in answered { #expect(try blobs.content(of: id) == content, "\(id)") }
        // Once each time it went, and came back.
        #expect(blobs.server.logLines.filter { $0.contains(" blobs-away ") }.count == 2)
        let isTold = try eventually { blobs.server.logLines.filter { $0.contains(" blobs-back ") }.count == 2 }
        #expect(isTold)
    }

    @Test("a database that says nothing is given up, and found again")
    func silent() throws {
        let database = try PostgresServer()
        let blobs = try BlobServer(
            nil, Self.options(try database.makeDatabase()) + Scrape.options)
        let id = try blobs.keep([1])
        try database.treat(.freeze)
        let refused = try blobs.curl("/file/\(id)", [])
        #expect(try refused.isError(503) && refused.fields["retry-after"] != nil)
        _ = try blobs.server.logLine(with: " blobs-away ", "doesn't answer in time")
        try blobs.server.expectServing()
        let metrics = try Scrape.address(of: blobs.server)
        #expect(try Scrape(metrics)["auto_upload_blobs_in_reach"] == 0)
        #expect(try Scrape(metrics)["auto_upload_refused_blob_requests_total"] >= 0)
        try database.treat(.thaw)
        _ = try blobs.server.logLine(with: " blobs-back ")
        #expect(try blobs.content(of: id) == [1])
        #expect(try Scrape(metrics)["auto_upload_blobs_in_reach"] == 1)
    }

    @Test("a server begins without its database, and its end needs none")
    func awayAtStart() throws {
        let database = try PostgresServer()
        let address = try database.makeDatabase()
        try database.treat(.stop)
        let server = try TestServer(options: Self.options(address))
        _ = try server.logLine(with: " blobs-away ")
        try server.expectServing()
        #expect(try Curl(server)("/file", ["-d", "hello"]).isError(503))
        try database.treat(.start)
        _ = try server.logLine(with: " blobs-back ")
        #expect(try Curl(server)("/file", ["-d", "hello"]).status == 200)
        try database.treat(.freeze)
        #expect(try server.stop().status == 0)
        try database.treat(.thaw)
    }

    @Test("two servers answer each other's, and both stop at the same second")
    func twoServers() throws {
        let address = try PostgresServer.shared.get().makeDatabase()
        let servers = try (0..<2).map { _ in try BlobServer(nil, Self.options(address) + ["--blob-expiry", "4s"]) }
        let ids = try servers.enumerated().map { number, server in try server.keep([UInt8(number)]) }
        let info = try servers[0].curl("/file/\(ids[1])/info", [])
        let expiry = try #require(try info.object()["expires"] as? Double)
        let isGone = try eventually {
            let before = Date().timeIntervalSince1970
            let contents = try servers.map { try $0.content(of: ids[1]) }
            if before >= expiry { #expect(contents == [nil, nil]) }
            if Date().timeIntervalSince1970 < expiry { #expect(contents == [[1], [1]]) }
            return contents == [nil, nil]
        }
        #expect(isGone)
        let isSwept = try eventually {
            try PostgresServer.shared.get().ask(address, "SELECT count(*) FROM auto_upload.blobs") == "0\n"
        }
        #expect(isSwept)
    }

    @Test("what was answered is there after the server was killed")
    func killedServer() throws {
        let site = try Site()
        let address = try PostgresServer.shared.get().makeDatabase()
        var answered: [String: [UInt8]] = [:]
        for _ in 0..<2 {
            let blobs = try BlobServer(site, Self.options(address))
            let work = BlobWork(blobs)
            try work.begin(4)
            work.awaitAnswers(20)
            try blobs.server.kill()
            answered.merge(work.end()) { $1 }
        }
        let blobs = try BlobServer(site, Self.options(address))
        for (id, content) in answered { #expect(try blobs.content(of: id) == content, "\(id)") }
    }

    @Test("its password stands in a private file, and nowhere else")
    func password() throws {
        let database = try PostgresServer.shared.get()
        let address = try database.makeDatabase()
        let name = try database.ask(address, "SELECT current_database()").split(separator: "\n").first ?? ""
        _ = try? database.ask(address, "CREATE ROLE guarded LOGIN")
        _ = try database.ask(
            address, "ALTER ROLE guarded PASSWORD 'open sesame'; GRANT CREATE ON DATABASE \(name) TO guarded")
        let site = try Site()
        let file = try site.scratch.write(Array("wrong secret\n".utf8), to: "database-password")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        let guarded = address.replacingOccurrences(of: "blobs@", with: "guarded@")
        let server = try TestServer(site, options: Self.options(guarded) + ["--database-password-file", file])
        _ = try server.logLine(with: " blobs-away ", "password authentication failed")
        // It is read at each connection.
        try Data("open sesame\n".utf8).write(to: URL(fileURLWithPath: file))
        _ = try server.logLine(with: " blobs-back ")
        #expect(try Curl(server)("/file", ["-d", "hello"]).status == 200)
        #expect(!server.log.contains("wrong secret") && !server.log.contains("sesame"))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        let open = try RunningProgram.run(
            Binaries.server, try Site().arguments() + Self.options(guarded) + ["--database-password-file", file])
        #expect(open.status == 78 && open.error.contains("chmod 600"), "\(open.error)")
    }

    @Test("over a network its certificate is looked at, as the address says")
    func tls() throws {
        let certificates = try Fixtures.certificates.get()
        let database = try PostgresServer(identity: (certificates.chain, certificates.key))
        let port = try #require(database.port)
        let name =
            try database.ask(try database.makeDatabase(), "SELECT current_database()")
            .split(separator: "\n").first ?? ""
        func options(_ authority: String) -> [String] {
            Self.options("postgresql://blobs@127.0.0.1:\(port)/\(name)?sslmode=verify-full&sslrootcert=\(authority)")
        }
        let blobs = try BlobServer(nil, options(certificates.authority))
        #expect(try blobs.content(of: blobs.keep([1, 2])) == [1, 2])
        let other = try TestServer(options: options(try Fixtures.others.get().authority))
        _ = try other.logLine(with: " blobs-away ", "certificate verify failed")
    }

    @Test(
        "addresses that name a password, or none, are refused, and not repeated",
        arguments: ["postgresql://blobs:sesame@db/blobs", "postgresql://db/blobs?password=sesame", "mysql://sesame/x"])
    func addresses(_ url: String) throws {
        let refused = try RunningProgram.run(Binaries.server, try Site().arguments() + Self.options(url))
        #expect(refused.status == 64 && !refused.error.contains("sesame"), "\(refused.error)")
        let alone = try RunningProgram.run(
            Binaries.server, try Site().arguments() + ["--database", "postgresql://blobs@db/blobs"])
        #expect(alone.status == 64 && alone.error.contains("--blobs"), "\(alone.error)")
    }
}

/// Blobs that come all the time, over several connections.
private final class BlobWork: Sendable {
    private let blobs: BlobServer
    private let state = Monitor(State())

    private struct State {
        var answered: [String: [UInt8]] = [:]
        var others: [String] = []
        var isEnding = false
        var running = 0
    }

    init(_ blobs: BlobServer) {
        self.blobs = blobs
    }

    func begin(_ threads: Int) throws {
        state.change { $0.running = threads }
        for thread in 0..<threads {
            try Thread.detach { [self] in
                var number = 0
                while !state.withLock({ $0.isEnding }) {
                    number += 1
                    // Some lie in the database, some in the folder.
                    send(sample(number.isMultiple(of: 3) ? 100_000 : 20_000, seed: thread * 100_000 + number))
                }
                state.change { $0.running -= 1 }
            }
        }
    }

    private func send(_ content: [UInt8]) {
        // The server may be gone.
        guard let answer = try? blobs.post(content), answer.status != 0 else { return Thread.sleep(seconds: 0.05) }
        let id = try? answer.object()["id"] as? String
        state.change { state in
            switch (answer.status, id) {
            case (200, let id?): state.answered[id] = content
            case (503, _) where answer.fields["retry-after"] != nil: break
            default: state.others.append("\(answer.status) \(answer.text)")
            }
        }
        if answer.status == 503 { Thread.sleep(seconds: 0.05) }
    }

    func awaitAnswers(_ count: Int) {
        let isThere: Void? = state.wait(before: .after(seconds: 120)) { $0.answered.count >= count ? () : nil }
        #expect(isThere != nil)
    }

    /// Answers that aren't expected.
    var others: [String] { state.withLock { $0.others } }

    /// - Returns: what was answered, by its name.
    func end() -> [String: [UInt8]] {
        state.change { $0.isEnding = true }
        let hasEnded: Void? = state.wait(before: .after(seconds: 120)) { $0.running == 0 ? () : nil }
        #expect(hasEnded != nil)
        return state.withLock { $0.answered }
    }
}
