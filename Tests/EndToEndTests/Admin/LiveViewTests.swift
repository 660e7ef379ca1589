import Foundation
import Platform
import TestSupport
import Testing

/// What comes just now, as an admin sees it.
@Suite("Uploads under way, to an admin")
struct LiveViewTests {
    /// Sends a part of a file, and waits.
    private func begin(_ server: TestServer) throws -> WebClient {
        let client = try WebClient(server)
        try client.begin("PUT", "/files/trip/clip.mp4", [], length: 4 << 20)
        try client.send(sample(1 << 20))
        return client
    }

    @Test("it is shown while it comes, with and without scripts, and goes when it is stored")
    func page() throws {
        let server = try TestServer(try Site.withRole("viewer"))
        let visitor = try AdminVisitor.loggedIn(server)
        #expect(try visitor.get("/admin/live").text.contains("Nothing comes just now."))
        let client = try begin(server)
        #expect(try eventually { try visitor.get("/admin/live").text.contains("trip/clip.mp4") })
        let page = try visitor.get("/admin/live").text
        #expect(page.contains("of 4.0 MB"))
        try client.send(sample(3 << 20))
        #expect(try client.answer(to: "PUT").status == 201)
        #expect(try eventually { try !visitor.get("/admin/live").text.contains("trip/clip.mp4") })
    }

    @Test("events come until the session ends, which looking on doesn't lengthen")
    func events() throws {
        let server = try TestServer(try Site.withRole("viewer"), options: ["--session-lifetime", "5"])
        let visitor = try AdminVisitor.loggedIn(server)
        // What stands still when it is first looked at may have done so for long.
        _ = try visitor.get("/admin/live")
        let client = try begin(server)
        let answer = try visitor.get("/admin/live/events", ["-N"])
        #expect(answer.status == 200 && answer.fields["content-type"] == "text/event-stream")
        let events = answer.text.components(separatedBy: "\n\n")
        #expect(events.contains { $0.contains("\"path\":\"trip/clip.mp4\",\"size\":4194304,\"received\":1048576") })
        #expect(try visitor.get("/admin/live/events").status == 303)
        client.cut()
    }

    @Test(
        "in a browser it goes on by itself", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason),
        arguments: Browser.Kind.installed)
    func browser(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole("viewer"))
            let browser = try Browser(kind)
            try browser.logIn(server, "/admin/live")
            try browser.wait(for: "/^Nothing comes/.test(document.getElementById('live-state')?.textContent)")
            let client = try begin(server)
            try browser.wait(for: "/trip\\/clip.mp4/.test(document.querySelector('#live tbody').textContent)")
            try browser.wait(for: "document.getElementById('live-state').textContent === 'Live.'")
            try client.send(sample(3 << 20))
            #expect(try client.answer(to: "PUT").status == 201)
            try browser.wait(for: "document.querySelectorAll('#live tbody tr').length === 0")
            #expect(try browser.complaints() == [])
        }
    }
}
