import Platform
import TestSupport
import Testing

/// A network that answers for everybody until a person has logged in there.
@Suite("A captive portal")
struct CaptivePortalTests {
    /// Answers whoever comes, whatever they say, with the way to its login.
    private final class Portal: Sendable {
        private let listener: Listener
        private let visits = Monitor(0)

        init(port: UInt16) throws {
            listener = try Listener(on: try resolve(host: "127.0.0.1", port: port, passive: true)[0])
            let (listener, visits) = (listener, visits)
            try Thread.detach {
                while let socket = try? listener.accept(until: .after(seconds: 120)) {
                    try? Self.answer(socket)
                    visits.change { $0 += 1 }
                }
            }
        }

        private static func answer(_ socket: borrowing Socket) throws {
            var heard = [UInt8](repeating: 0, count: 4096)
            _ = try socket.wait(for: .readable, until: .after(seconds: 30))
            _ = try heard.withUnsafeMutableBytesTyped { try socket.readAvailable(into: $0) }
            let answer = Array("HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n".utf8)
            _ = try socket.writeAvailable(unsafe answer.span.bytes)
            // What isn't read would make the end a reset, which overtakes the answer.
            Socket.endWriting(rawDescriptor: socket.rawDescriptor)
            _ = try socket.wait(for: .readable, until: .after(seconds: 30))
        }

        deinit { listener.stop() }

        func waitForVisits(_ count: Int) -> Bool {
            visits.wait(before: .after(seconds: 120)) { $0 >= count ? true : nil } ?? false
        }
    }

    @Test("is told of once, tried again soon, and left behind; nothing is wiped for it")
    func portal() throws {
        let first = try TestServer()
        let (site, port) = (first.site, first.port)
        _ = try first.stop()
        let client = try TestClient(server: "127.0.0.1:\(port)", authority: site.certificates.authority)
        var portal: Portal? = try Portal(port: port)
        try client.record(sample(1000), as: "clip.mp4")
        let daemon = try client.start("-d", "y")
        #expect(portal?.waitForVisits(3) == true, "\(daemon.text(.error))")
        #expect(try client.recordings().count == 1)
        portal = nil
        let server = try TestServer(site, options: ["--port", "\(port)"])
        #expect(daemon.waitForLine(.error, containing: " working-again") != nil, "\(daemon.text(.error))")
        #expect(daemon.waitForLine(.error, containing: " wiped path=clip.mp4") != nil, "\(daemon.text(.error))")
        #expect(try server.site.stored().count == 1)
        let failures = daemon.text(.error).split(separator: "\n").filter { $0.contains("doesn't speak TLS") }
        #expect(failures.count == 1, "\(daemon.text(.error))")
    }
}
