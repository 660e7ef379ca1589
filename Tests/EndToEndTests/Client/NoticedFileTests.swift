import Foundation
import Platform
import TestSupport
import Testing

/// The client hears of files between two looks, an hour apart here.
@Suite("Files that are noticed by the kernel's word")
struct NoticedFileTests {
    @Test("what is closed, or comes by its name, is sent once it has settled, in folders that the last look came to")
    func sent() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(10, seed: 1), as: "sub/first.mp4")
        let daemon = try client.start("-d", "y", "--settle", "1", "--interval", "3600")
        #expect(daemon.waitForLine(.error, containing: " wiped path=sub/first.mp4") != nil, "\(daemon.text(.error))")
        try client.record(sample(10, seed: 2), as: "sub/second.mp4")
        #expect(daemon.waitForLine(.error, containing: " wiped path=sub/second.mp4") != nil, "\(daemon.text(.error))")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
        #expect(try server.site.stored().count == 2)
    }
}
