import Foundation
import TestSupport
import Testing

/// What an admin is told before the server is started, or beside it.
@Suite("The server's check")
struct CheckTests {
    private func check(_ site: Site, _ words: [String] = ["check"], _ overrides: [String: String] = [:]) throws
        -> RunningProgram.Outcome
    {
        try RunningProgram.run(Binaries.server, words + site.arguments(overrides))
    }

    /// - Parameter mark: empty for any.
    private func line(_ outcome: RunningProgram.Outcome, _ mark: String, _ point: String) -> String? {
        outcome.output.split(separator: "\n").map(String.init).first {
            $0.hasPrefix(mark) && $0.dropFirst(8).hasPrefix(point)
        }
    }

    @Test("of a folder that is new all passes, and nothing is made")
    func passes() throws {
        let site = try Site()
        let outcome = try check(site)
        #expect(outcome.status == 0, "\(outcome)")
        for point in ["options", "passwords", "certificate", "receipts", "space", "port", "limits"] {
            #expect(line(outcome, "ok", point) != nil, "\(point): \(outcome.output)")
        }
        // Whether there is anything to say of these depends on the machine.
        for point in ["user", "storage", "clock"] { #expect(line(outcome, "", point) != nil, "\(outcome.output)") }
        #expect(try #require(line(outcome, "ok", "certificate")).hasSuffix(" days left"))
        #expect(try #require(line(outcome, "ok", "passwords")).contains(", 2 users, 0 with a role"))
        #expect(try site.scratch.names(in: "storage") == [])
    }

    @Test("beside a server that runs its port is taken by it, and its key is told")
    func besideAServer() throws {
        let server = try TestServer()
        let outcome = try check(server.site, ["check"], ["--port": String(server.port)])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try #require(line(outcome, "ok", "port")).contains("is taken, as the server runs"))
        #expect(try #require(line(outcome, "", "storage")).contains("a server runs on it"))
        let key = try #require(server.log.firstMatch(of: /receipt-key key=(\w+)/)).1
        #expect(try #require(line(outcome, "ok", "receipts")).contains(key))
    }

    @Test("a port that another program has is told, with what to do")
    func takenPort() throws {
        let server = try TestServer()
        let outcome = try check(Site(), ["check"], ["--port": String(server.port)])
        #expect(outcome.status == 71, "\(outcome)")
        #expect(try #require(line(outcome, "FAILED", "port")).contains("another program uses port \(server.port)"))
    }

    @Test("each line of the password file that isn't right is told by its number")
    func passwordLines() throws {
        let site = try Site()
        let file = String(decoding: try site.scratch.bytes(of: "users"), as: UTF8.self)
        try site.scratch.write(file + "broken\n" + file, to: "users")
        for words in [["check"], ["--check-config"]] {
            let outcome = try check(site, words)
            #expect(outcome.status == 65, "\(outcome)")
            for text in ["line 3: name:hash is expected", "line 4: the name stands in line 1", "line 5: the name"] {
                #expect(outcome.output.contains(text), "\(outcome.output)")
            }
            #expect(!outcome.output.contains("$argon2"))
        }
    }

    @Test("--check-config looks at files alone")
    func filesOnly() throws {
        let site = try Site()
        let outcome = try check(site, ["--check-config"], ["-f": site.scratch.path("nowhere")])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(line(outcome, "ok", "certificate") != nil)
        let swapped = try check(site, ["--check-config"], ["-k": try Fixtures.others.get().key])
        #expect(swapped.status == 78, "\(swapped)")
        #expect(try #require(line(swapped, "FAILED", "certificate")).contains("doesn't belong"))
    }

    @Test("a storage folder that isn't there, and one without the marker that is asked for, fail")
    func storage() throws {
        let site = try Site()
        let missing = try check(site, ["check"], ["-f": site.scratch.path("nowhere")])
        #expect(missing.status == 78, "\(missing)")
        #expect(line(missing, "FAILED", "storage") != nil)
        #expect(line(missing, "-", "receipts") != nil)
        let unmarked = try check(site, ["check", "--require-marker"])
        #expect(unmarked.status == 78, "\(unmarked)")
        #expect(try #require(line(unmarked, "FAILED", "storage")).contains("no marker"))
        let full = try check(site, ["check", "--keep-free", "1000000T"])
        #expect(full.status == 75, "\(full)")
        #expect(try #require(line(full, "FAILED", "space")).contains("uploads are refused"))
    }

    @Test("an unknown key of a configuration file is an error with file, line and the nearest name, of both programs")
    func unknownKeys() throws {
        let scratch = try ScratchFolder("keys")
        let path = try scratch.write("# mine\nport = 8443\nkeep-fre = 1G\n", to: "server.conf")
        let server = try RunningProgram.run(Binaries.server, ["--check-config", "--config", path])
        #expect(server.status == 78)
        #expect(server.error.contains("server.conf, line 3: there is no option \"keep-fre\"; did you mean keep-free?"))
        let other = try scratch.write("username = camera\nfoldr = /tmp\n", to: "client.conf")
        let client = try RunningProgram.run(Binaries.client, ["check", "--config", other])
        #expect(client.status == 78)
        #expect(client.error.contains("client.conf, line 2: there is no option \"foldr\"; did you mean folder?"))
        try scratch.write("check-config = y\n", to: "server.conf")
        let once = try RunningProgram.run(Binaries.server, ["--config", path])
        #expect(once.error.contains("check-config can stand on the command line only"), "\(once.error)")
    }
}
