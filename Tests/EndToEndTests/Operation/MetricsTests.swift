import Domain
import Foundation
import TestSupport
import Testing

@Suite("Measurements of a server")
struct MetricsTests {
    /// What is known to happen: a login that is wrong, three uploads by devices of which one was there, one by the web, one
    /// that is refused and one that breaks off.
    private func run(_ server: TestServer) throws {
        let stranger = try server.connect()
        #expect(throws: (any Error).self) { try stranger.logIn(Fixtures.user, "wrong horse battery") }
        let client = try server.loggedIn()
        _ = try client.upload(sample(1000, seed: 1), to: "a.bin")
        _ = try client.upload(sample(2000, seed: 2), to: "b.bin")
        _ = try client.upload(sample(1000, seed: 1), to: "a.bin")
        client.close()
        _ = try server.logLine(with: " closed ", "address=\(client.address)")
        let put = try RunningProgram.run(
            "/usr/bin/env",
            [
                "curl", "-sS", "--fail", "--cacert", server.site.certificates.authority, "-u",
                "\(Fixtures.user):\(Fixtures.password)", "-T", "-",
                "https://127.0.0.1:\(server.port)/files/c.bin",
            ], standardInput: "a few bytes")
        #expect(put.status == 0, "\(put)")
        _ = try server.logLine(with: " stored ", "path=c.bin")
    }

    @Test("the measurements of a known run are what has happened")
    func knownRun() throws {
        let server = try TestServer(options: Scrape.options)
        try run(server)
        let scrape = try Scrape(Scrape.address(of: server))
        #expect(scrape[#"auto_upload_logins_total{outcome="granted"}"#] == 2)
        #expect(scrape[#"auto_upload_logins_total{outcome="credentialsWrong"}"#] == 1)
        #expect(scrape[#"auto_upload_uploads_total{face="device",outcome="stored"}"#] == 2)
        #expect(scrape[#"auto_upload_uploads_total{face="device",outcome="alreadyThere"}"#] == 1)
        #expect(scrape[#"auto_upload_uploads_total{face="web",outcome="stored"}"#] == 1)
        #expect(scrape[#"auto_upload_stored_bytes_total{face="device"}"#] == 3000)
        #expect(scrape[#"auto_upload_stored_bytes_total{face="web"}"#] == 11)
        #expect(scrape["auto_upload_received_bytes_total"] == 4011)
        #expect(scrape["auto_upload_answer_seconds_count"] == 4)
        #expect(scrape["auto_upload_commit_batch_files_sum"] == 4)
        #expect(scrape["auto_upload_failed_flushes_total"] == 0)
        #expect(scrape["auto_upload_unfinished_uploads"] == 0)
        #expect(scrape["auto_upload_users"] == 2)
        #expect(scrape["auto_upload_storage_in_place"] == 1)
        #expect(scrape["auto_upload_storage_free_bytes"] > 0)
        let flushes = ["file", "folder", "storage"].map { scrape["auto_upload_flush_seconds_count{of=\"\($0)\"}"] }
        #expect(flushes.reduce(0, +) >= 6, "\(flushes)")
        let last = scrape[#"auto_upload_last_upload_timestamp_seconds{user="camera"}"#]
        #expect(abs(last - Date().timeIntervalSince1970) < 300)
        #expect(scrape.values.keys.allSatisfy { !$0.contains(#"user="phone""#) })
        let days = (scrape["auto_upload_certificate_end_timestamp_seconds"] - Date().timeIntervalSince1970) / 86_400
        #expect((300...500).contains(days), "\(days)")
    }

    @Test("an upload that is under way counts as unfinished, with what is promised to it")
    func unfinished() throws {
        let server = try TestServer(options: Scrape.options)
        let client = try server.loggedIn()
        let upload = try client.offer("large.bin", size: 50_000_000)
        try client.send(data: sample(1_000_000), upload: upload)
        // Of this one nothing comes.
        _ = try client.offer("other.bin", size: 20_000_000)
        let url = try Scrape.address(of: server)
        var scrape = try Scrape(url)
        #expect(
            try eventually {
                scrape = try Scrape(url)
                return scrape["auto_upload_received_bytes_total"] == 1_000_000
                    && scrape["auto_upload_unfinished_uploads"] == 2
            }, "\(scrape.text)")
        // Where files can be given their room at once, nothing is promised beyond that.
        #expect(scrape["auto_upload_promised_bytes"] >= 0)
        #expect(scrape["auto_upload_oldest_unfinished_upload_seconds"] > 0)
        #expect(scrape[#"auto_upload_connections{state="logged_in"}"#] == 1)
    }

    @Test("when a user has last sent something is known after a restart, too")
    func afterRestart() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        _ = try client.upload(sample(1000), to: "a.bin")
        client.close()
        _ = try server.stop()
        let next = try TestServer(server.site, options: Scrape.options)
        let url = try Scrape.address(of: next)
        var scrape = try Scrape(url)
        #expect(
            try eventually {
                scrape = try Scrape(url)
                return scrape[#"auto_upload_last_upload_timestamp_seconds{user="camera"}"#] > 1_700_000_000
            }, "\(scrape.text)")
    }

    @Test("OpenMetrics for who accepts it; every name is one that both its versions take")
    func openMetrics() throws {
        let server = try TestServer(options: Scrape.options)
        try run(server)
        let accepted = ["-H", "Accept: application/openmetrics-text;version=1.0.0"]
        let scrape = try Scrape(Scrape.address(of: server), accepted)
        #expect(scrape.text.hasSuffix("\n# EOF\n"))
        var types: [String: String] = [:]
        for line in scrape.text.split(separator: "\n") where line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ").map(String.init)
            #expect(types.updateValue(words[3], forKey: words[2]) == nil, "\(line): told twice")
            #expect(words[2].wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(line)")
            for reserved in ["_total", "_count", "_sum", "_bucket", "_created", "_info", "_gcount", "_gsum"] {
                #expect(!words[2].hasSuffix(reserved), "\(line)")
            }
        }
        for line in scrape.text.split(separator: "\n") where line.hasPrefix("# UNIT ") {
            let words = line.split(separator: " ").map(String.init)
            #expect(words[2].hasSuffix("_" + words[3]), "\(line)")
        }
        for sample in scrape.values.keys {
            let name = String(sample.prefix { $0 != "{" })
            let endings = ["_total", "_info", "_bucket", "_sum", "_count"].filter(name.hasSuffix)
            let family = endings.first.map { String(name.dropLast($0.count)) } ?? name
            #expect(types[family] != nil, "\(sample)")
        }
    }

    @Test("promtool finds nothing to say", .enabled(if: Promtool.isInstalled, Promtool.reason))
    func promtool() throws {
        let server = try TestServer(options: Scrape.options)
        try run(server)
        let scrape = try Scrape(Scrape.address(of: server))
        let checked = try RunningProgram.run(
            "/usr/bin/env", ["promtool", "check", "metrics"], standardInput: scrape.text)
        #expect(checked.status == 0 && checked.error.isEmpty, "\(checked.output)\(checked.error)")
    }

    @Test("the alert rules hold what they say", .enabled(if: Promtool.isInstalled, Promtool.reason))
    func rules() throws {
        let folder = Promtool.rules
        let checked = try RunningProgram.run(
            "/usr/bin/env", ["promtool", "check", "rules", "alerts.yml"], folder: folder)
        #expect(checked.status == 0, "\(checked.output)\(checked.error)")
        let tried = try RunningProgram.run(
            "/usr/bin/env", ["promtool", "test", "rules", "alerts-test.yml"], folder: folder)
        #expect(tried.status == 0, "\(tried.output)\(tried.error)")
    }

    @Test("rules and dashboard ask for nothing that isn't measured")
    func names() throws {
        let server = try TestServer(options: Scrape.options + ["--blobs", "hash"])
        try run(server)
        let told = Set(try Scrape(Scrape.address(of: server)).values.keys.map { $0.prefix { $0 != "{" } })
        for file in ["alerts.yml", "dashboard.json"] {
            let text = try String(contentsOfFile: "\(Promtool.rules)/\(file)", encoding: .utf8)
            let names = Set(text.matches(of: /\b(auto_upload|process)_[a-z_]+\b/).map(\.output.0))
            #expect(names.count > 5, "\(file)")
            #expect(names.subtracting(told) == [], "\(file)")
        }
        let dashboard = try Data(contentsOf: URL(fileURLWithPath: "\(Promtool.rules)/dashboard.json"))
        #expect(try JSONSerialization.jsonObject(with: dashboard) is [String: Any])
    }

    @Test("a socket in the file system serves it; nothing else is there, and no other machine is let in")
    func places() throws {
        let scratch = try ScratchFolder.ofSockets()
        let path = scratch.path("metrics")
        let server = try TestServer(options: ["--metrics-listen", "unix:\(path)"])
        let scrape = try Scrape("http://localhost/metrics", ["--unix-socket", path])
        #expect(scrape["auto_upload_users"] == 2)
        #expect(throws: Failure.self) { try Scrape("http://localhost/", ["--unix-socket", path]) }
        #expect(throws: Failure.self) { try Scrape("http://localhost/metrics", ["--unix-socket", path, "-d", "x"]) }
        #expect(try server.stop().status == 0)
        #expect(try scratch.names().filter { $0 == "metrics" } == [])
        let open = try RunningProgram.run(
            Binaries.server, server.site.arguments() + ["--metrics-listen", "0.0.0.0:9105"])
        #expect(open.status == 64)
        #expect(open.error.contains("--metrics-listen takes loopback addresses"), "\(open.error)")
    }
}

enum Promtool {
    static let reason: Comment = "this needs promtool (Debian's prometheus)"
    static let isInstalled = (try? RunningProgram.run("/usr/bin/env", ["promtool", "--version"]))?.status == 0

    static let rules = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "packaging/prometheus").path
}
