import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// How a server ends, and how the next one finds the folder.
@Suite("A server's life")
struct LifeTests {
    @Test("SIGTERM and SIGINT end an idle server cleanly", arguments: [SIGTERM, SIGINT])
    func idle(_ signal: Int32) throws {
        let server = try TestServer()
        server.program.signal(signal)
        let ended = try server.program.waitForEnd()
        #expect(ended.status == 0)
        #expect(ended.error.contains(" stopping") && ended.error.contains(" stopped "))
    }

    @Test("SIGTERM during uploads tells the clients, keeps what was confirmed and leaves nothing unfinished")
    func busy() throws {
        let server = try TestServer()
        let clients = try (0..<10).map { number in
            let client = try server.loggedIn()
            guard case .stored = try client.upload(sample(100, seed: number), to: "whole-\(number)") else {
                throw Failure("not stored")
            }
            try client.offer("half-\(number)", size: 1000)
            try client.send(data: sample(500), upload: 2)
            guard case .proceed = try client.answer() else { throw Failure("no proceed") }
            return client
        }
        // One is in the middle of a frame.
        try clients[0].send(bytes: HostileFrameTests.header(0x05, upload: 2, length: 400) + sample(100))
        let ended = try server.stop(seconds: 30)
        #expect(ended.status == 0)
        for client in clients {
            guard case .closing(let refusal)? = try client.remainder().last else { throw Failure("no closing") }
            #expect(refusal.status == .shuttingDown)
        }
        #expect(try server.site.stored().keys.sorted() == (0..<10).map { "whole-\($0)" })
        #expect(try server.site.partials() == [])
        let next = try TestServer(server.site)
        try next.expectServing()
    }

    @Test("what a killed server leaves unfinished is never visible, and cleared by the next one")
    func killed() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let content = sample(100_000)
        guard case .stored = try client.upload(content, to: "whole.mp4") else { throw Failure("not stored") }
        try client.offer("half.mp4", size: 1_000_000)
        try client.send(data: sample(500_000), upload: 2)
        guard case .proceed = try client.answer() else { throw Failure("no proceed") }
        try server.kill()
        #expect(try server.site.partials().count == 1)
        #expect(try server.site.stored() == ["whole.mp4": digest(of: content)])
        let next = try TestServer(server.site)
        #expect(try next.site.partials() == [])
        let again = try next.loggedIn()
        guard case .stored(_, _, let isOld) = try again.upload(content, to: "whole.mp4") else {
            throw Failure("not stored")
        }
        #expect(isOld)
        guard case .stored(_, _, false) = try again.upload(sample(1_000_000), to: "half.mp4") else {
            throw Failure("not stored")
        }
        #expect(try next.site.stored().count == 2)
    }

    @Test("two servers can't share a folder")
    func shared() throws {
        let server = try TestServer()
        let second = try RunningProgram.run(Binaries.server, server.site.arguments())
        #expect(second.status == 78)
        #expect(second.error.contains("another auto-upload-server"))
        try server.expectServing()
    }

    @Test("the storage folder and each user's folder hold the marker")
    func markers() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        guard case .stored = try client.upload(sample(1), to: "a") else { throw Failure("not stored") }
        for folder in ["storage", "storage/camera"] {
            #expect(try server.site.scratch.names(in: folder).contains(Site.marker))
        }
    }

    @Test("a second connection of a user that is too many is turned away, and the first goes on")
    func full() throws {
        let server = try TestServer(options: ["--max-connections", "1"])
        let client = try server.loggedIn()
        let second = try server.connect()
        guard case .denied(let refusal) = try second.tryToLogIn(Fixtures.user, Fixtures.password) else {
            throw Failure("not denied")
        }
        #expect(refusal.status == .busy && refusal.retryAfterSeconds > 0)
        _ = try server.logLine(with: " login-denied ", second.address, "as many connections as it takes")
        guard case .stored = try client.upload(sample(1), to: "a") else { throw Failure("not stored") }
    }
}
