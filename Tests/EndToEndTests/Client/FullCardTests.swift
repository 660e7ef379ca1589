import Foundation
import TestSupport
import Testing

/// The recordings and the client's state lie on one card, and that has no room left.
@Suite("A full card", .enabled(if: Namespaces.areAvailable("-m"), Namespaces.reason))
struct FullCardTests {
    private func run(_ client: TestClient, _ commands: String) throws -> RunningProgram.Outcome {
        let script = "card='\(client.card)'; mount -t tmpfs -o size=40m tmpfs \"$card\" || exit 99; " + commands
        let options = ["--once", "-d", "y", "--state", client.card + "/.auto-upload-state"]
        return try RunningProgram.run(
            "/usr/bin/env", ["unshare", "-m", "sh", "-c", script, Binaries.client] + client.arguments(options),
            environment: client.environment)
    }

    private static let fill = #"cat /dev/zero > "$card/filler" 2>/dev/null; "#

    @Test("the client works without a place for its state, makes room, and then keeps its state there")
    func newState() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let ended = try run(
            client,
            #"for i in 1 2 3; do echo $i > "$card/$i"; done; "# + Self.fill
                + #""$0" "$@"; code=$?; find "$card" -type f; exit $code"#)
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try server.site.stored().count == 4)
        #expect(ended.error.contains(" state-in-memory "), "\(ended.error)")
        #expect(ended.error.contains("--state"))
        #expect(ended.error.contains(" state-on-disk "), "\(ended.error)")
        let left = ended.output.split(separator: "\n").compactMap { $0.split(separator: "/").last }.sorted()
        // A login token, where the card had room for it, and what SQLite may leave.
        #expect(
            left.filter { $0 != "login-token" && $0 != "state.sqlite-journal" } == ["reserve", "state.sqlite"],
            "\(left)")
    }

    @Test("a state that can't grow any more is gone on with in memory; receipts of both times are kept")
    func fullState() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let ended = try run(
            client,
            #"echo 1 > "$card/1"; "$0" "$@" || exit 98; find "$card" -name reserve -delete; "#
                + #"for i in 2 3; do echo $i > "$card/$i"; done; "# + Self.fill
                + #""$0" "$@"; code=$?; "$0" receipts --state "$card/.auto-upload-state"; exit $code"#)
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try server.site.stored().count == 4)
        #expect(ended.output.split(separator: "\n").count == 4, "\(ended.output)")
    }

    @Test("where the state's place may only be read, files are sent all the same")
    func readOnly() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(10), as: "clip.mp4")
        let place = try client.scratch.makeFolder("place")
        let ended = try client.pass(
            unsharing: "-m", after: "mount -t tmpfs -o ro tmpfs '\(place)'", "--state", place + "/state")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(ended.error.contains(" state-in-memory "))
        #expect(ended.error.contains("Read-only file system"))
        #expect(try server.site.stored().count == 1)
    }
}
