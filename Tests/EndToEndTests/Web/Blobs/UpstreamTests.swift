import Foundation
import TestSupport
import Testing

@Suite("What blobs' clients are told of other servers")
struct UpstreamTests {
    private let site: Site
    private let scratch: ScratchFolder

    init() throws {
        site = try Site()
        scratch = try ScratchFolder("upstream")
        try scratch.write(
            #"""
            [{"tag_name":"v1.16.2","name":"Session Desktop 1.16.2","body":"Fixes","assets":[
              {"name":"x.deb","browser_download_url":"https://example.org/x.deb"}]},
             {"tag_name":"v1.17.0","prerelease":true}]
            """#, to: "repos_session-desktop_releases")
        try scratch.write(
            #"""
            {"maximum_supply":240000000,"sent_per_node":25000,"staking_reward_pool":4.5e7,"current_value":0.25,
             "circulating_supply":79753376,"total_nodes":1663}
            """#, to: "tokens")
    }

    /// A server of the test's own, which tells what it was asked.
    private final class Upstream: Sendable {
        let program: RunningProgram
        let port: String

        init(_ folder: String, port: String = "0") throws {
            let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "upstream.py").path
            program = try RunningProgram("/usr/bin/env", ["python3", script, folder, port])
            let line = program.waitForLine(.output, containing: "port ")
            guard let line, let port = line.split(separator: " ").last else { throw Failure("it doesn't listen") }
            self.port = String(port)
        }

        deinit { program.signal(SIGKILL) }

        func requests() throws -> [[String: Any]] {
            try program.text(.output).split(separator: "\n").filter { $0.hasPrefix("{") }.map { line in
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            }
        }

        func paths() throws -> [String] { try requests().compactMap { $0["path"] as? String } }
    }

    private func server(_ upstream: Upstream) throws -> BlobServer {
        let base = "http://127.0.0.1:\(upstream.port)"
        return try BlobServer(
            site, "--blobs", "numeric", "--release-source", "\(base)/repos", "--token-source", "\(base)/tokens")
    }

    private func awaitAnswer(_ blobs: BlobServer, _ target: String) throws -> [String: Any] {
        var object: [String: Any] = [:]
        let isThere = try eventually {
            let answer = try blobs.curl(target, [])
            object = try answer.object()
            return answer.status == 200
        }
        #expect(isThere)
        return object
    }

    private static let desktop = "/session_version?platform=desktop"

    @Test("releases are asked for once, whoever asks here, and by nobody's name; the answer outlives restarts")
    func releases() throws {
        let upstream = try Upstream(scratch.path)
        var blobs = try server(upstream)
        let object = try awaitAnswer(blobs, Self.desktop)
        #expect(object["result"] as? String == "1.16.2" && object["name"] as? String == "Session Desktop 1.16.2")
        #expect(object["notes"] as? String == "Fixes" && object["status_code"] as? Int == 200)
        #expect(object["assets"] as? [[String: String]] == [["name": "x.deb", "url": "https://example.org/x.deb"]])
        #expect((object["prerelease"] as? [String: Any])?["result"] as? String == "1.17.0")
        let updated = try #require(object["updated"] as? Double)
        #expect(abs(updated - Date().timeIntervalSince1970) < 600)
        for _ in 0..<10 { #expect(try blobs.curl(Self.desktop, ["-H", "X-Mine: secret"]).status == 200) }
        // Nothing is known of these.
        let isAsked = try eventually { try upstream.paths().count == 4 }
        #expect(isAsked)
        #expect(try blobs.curl("/session_version?platform=ios", []).isError(502))
        for target in ["/session_version", "/session_version?platform=Desktop", "/session_version?platform="] {
            #expect(try blobs.curl(target, []).isError(404), "\(target)")
        }
        // Once each, though it was asked often; and only what any question has.
        let paths = try upstream.paths()
        #expect(Set(paths).count == 4 && paths.count == 4)
        for request in try upstream.requests() {
            let fields = try #require(request["fields"] as? [String: String])
            #expect(Set(fields.keys) == ["Host", "User-Agent", "Accept"])
        }
        #expect(try blobs.server.stop().status == 0)
        upstream.program.signal(SIGKILL)
        _ = try upstream.program.waitForEnd(seconds: 60)
        blobs = try server(upstream)
        #expect(try awaitAnswer(blobs, Self.desktop)["updated"] as? Double == updated)
        #expect(!blobs.server.log.contains("upstream-away"))
    }

    @Test("after half an hour it is asked again, and what is no answer leaves the last one")
    func again() throws {
        let upstream = try Upstream(scratch.path)
        var blobs = try server(upstream)
        _ = try awaitAnswer(blobs, Self.desktop)
        #expect(try blobs.server.stop().status == 0)
        for (content, version) in [
            (#"[{"tag_name":"v1.16.3"}]"#, "1.16.3"), ("<html>", "1.16.3"), ("", "1.16.3"),
            (String(repeating: " ", count: (4 << 20) + 1), "1.16.3"), (#"[{"tag_name":"v1.16.4"}]"#, "1.16.4"),
        ] {
            try scratch.write(content, to: "repos_session-desktop_releases")
            try letHalfAnHourPass("releases-desktop")
            let before = try upstream.paths().count { $0.hasPrefix("/repos/session-desktop/") }
            blobs = try server(upstream)
            let isAsked = try eventually {
                try upstream.paths().count { $0.hasPrefix("/repos/session-desktop/") } == before + 1
                    && awaitAnswer(blobs, Self.desktop)["result"] as? String == version
            }
            #expect(isAsked, "\(version)")
            #expect(try blobs.server.stop().status == 0)
        }
    }

    /// As if it had been asked half an hour earlier.
    private func letHalfAnHourPass(_ name: String) throws {
        let file = "\(Site.blobs)/upstream/\(name)"
        let text = try site.scratch.text(of: file)
        let end = try #require(text.firstIndex(of: "\n"))
        let times = text[..<end].split(separator: " ").compactMap { Int64($0) }
        #expect(times.count == 2)
        try site.scratch.write("\(times[0]) \(times[1] - 1801)" + text[end...], to: file)
    }

    @Test("numbers of the token are told, with those of the last days")
    func tokens() throws {
        let upstream = try Upstream(scratch.path)
        var blobs = try server(upstream)
        var info = try #require(try awaitAnswer(blobs, "/token_info")["info"] as? [String: Any])
        #expect(info["maximum_supply"] as? Int == 240_000_000 && info["staking_reward_pool"] as? Double == 4.5e7)
        let history = try #require(info["history"] as? [[String: Any]])
        #expect(history.count == 1 && history[0]["current_value"] as? Double == 0.25)
        #expect(Set(history[0].keys) == ["current_value", "circulating_supply", "total_nodes", "updated"])
        #expect(try blobs.server.stop().status == 0)
        // A line of ten days ago, as if it had been asked then, too.
        let file = "\(Site.blobs)/upstream/tokens"
        let now = Int64(Date().timeIntervalSince1970)
        let line = "{\"current_value\":1,\"circulating_supply\":2,\"total_nodes\":3,\"updated\":\(now - 10 * 86_400)}"
        let text = try site.scratch.text(of: file).replacingOccurrences(of: "}]", with: "},\(line)]")
        try site.scratch.write(text, to: file)
        blobs = try server(upstream)
        for (query, count) in [
            ("", 1), ("?days=30", 2), ("?days=1", 1), ("?days=0", 1), ("?days=31", 1), ("?days=x", 1),
        ] {
            info = try #require(try awaitAnswer(blobs, "/token_info\(query)")["info"] as? [String: Any])
            #expect((info["history"] as? [Any])?.count == count, "\(query)")
        }
    }

    @Test("without sources nobody is asked, and there is no answer")
    func none() throws {
        let blobs = try BlobServer(site, "--blobs", "numeric")
        #expect(try blobs.curl(Self.desktop, []).isError(502))
        #expect(try blobs.curl("/token_info", []).isError(502))
        #expect(throws: TestServer.DidNotStart.self) {
            try TestServer(options: ["--blobs", "hash", "--release-source", "http://example.org/repos"])
        }
    }
}
