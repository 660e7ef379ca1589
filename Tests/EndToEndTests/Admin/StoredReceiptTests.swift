import Foundation
import TestSupport
import Testing

/// Receipts that the admin site makes.
@Suite("Receipts at the admin site")
struct StoredReceiptTests {
    private let server: TestServer
    private let viewer: AdminVisitor

    init() throws {
        server = try TestServer(try Site.withRole("viewer"))
        viewer = try AdminVisitor.loggedIn(server)
    }

    private func verify(_ name: String, _ content: [UInt8]) throws -> Bool {
        let answer = try viewer.get("/admin/receipt/\(Fixtures.user)/\(name)")
        #expect(answer.status == 200 && answer.fields["content-type"] == "text/plain; charset=utf-8")
        #expect(answer.text.contains("user: \(Fixtures.user)\n") && answer.text.contains("path: \(name)\n"))
        #expect(answer.fields["content-disposition"]?.contains("attachment; filename=\"clip.mp4.receipt\"") == true)
        let receipt = try viewer.curl.scratch.write(answer.text, to: "receipt")
        let file = try viewer.curl.scratch.write(content, to: "clip.mp4")
        return try RunningProgram.run(Binaries.client, ["verify-receipt", receipt, file]).status == 0
    }

    @Test("a file's page makes one of what is stored now, though it came by no upload; its SHA-256 is known then")
    func making() throws {
        let content = sample(700_000, seed: 4)
        let path = try viewer.curl.scratch.write(content, to: "sent")
        #expect(try viewer.curl("/files/a/clip.mp4", Curl.login + ["-T", path]).status == 201)
        #expect(try viewer.get("/admin/file/\(Fixtures.user)/a/clip.mp4").text.contains("/admin/receipt/"))
        #expect(try verify("a/clip.mp4", content))
        #expect(try !verify("a/clip.mp4", sample(700_000, seed: 5)))
        // Somebody puts another file there by hand.
        let other = sample(5000, seed: 6)
        try Data(other).write(to: URL(fileURLWithPath: "\(server.site.storage)/\(Fixtures.user)/a/clip.mp4"))
        let page = "/admin/file/\(Fixtures.user)/a/clip.mp4"
        #expect(try viewer.get(page).text.contains("not known"))
        #expect(try verify("a/clip.mp4", other))
        let digest = try digest(of: other)
        #expect(try eventually { try viewer.get(page).text.contains(digest) })
        for name in ["none", "a", "..%2Fx"] {
            #expect([400, 404].contains(try viewer.get("/admin/receipt/\(Fixtures.user)/\(name)").status), "\(name)")
        }
    }
}
