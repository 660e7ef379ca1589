import Foundation
import Glibc
import Platform
import TestSupport
import Testing
import Wire

/// Somebody on the server's machine who has a folder lead elsewhere, again and again, while files come.
@Suite("Races with links")
struct LinkRaceTests {
    @Test("nothing is written through a link, whenever it appears, and what was confirmed is where it belongs")
    func races() throws {
        let server = try TestServer()
        let outside = try server.site.scratch.makeFolder("outside")
        let folder = server.site.storage + "/" + Fixtures.user
        let client = Monitor(try server.loggedIn())
        guard case .stored = try client.withLock({ try $0.upload(sample(10), to: "in/first") }) else {
            throw Failure("not stored")
        }
        let exchange = Exchange(folder + "/in", with: outside)
        let confirmed = try exchange.around {
            (0..<60).filter { number in
                let answer = try? client.withLock { try $0.upload(sample(1000 + number), to: "in/\(number)") }
                if answer == nil { client.change { $0 = (try? server.loggedIn()) ?? $0 } }
                if case .stored = answer { return true }
                return false
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside).isEmpty)
        let stored = Set(try server.site.stored().values)
        for number in confirmed {
            #expect(try stored.contains(digest(of: sample(1000 + number)).description), "\(number)")
        }
        #expect(!confirmed.isEmpty)
        #expect(exchange.count > 0)
        try server.expectServing()
    }
}

/// Puts a link in the place of a folder, and the folder back, until it is told to stop.
private final class Exchange: Sendable {
    private let path: String
    private let target: String
    private let state = Monitor((isOver: false, hasEnded: false, count: 0))

    init(_ path: String, with target: String) {
        (self.path, self.target) = (path, target)
    }

    var count: Int { state.withLock { $0.count } }

    func around<R>(_ body: () throws -> R) throws -> R {
        try Platform.Thread.detach { [self] in
            while !state.withLock({ $0.isOver }) {
                // Where it was made anew meanwhile, what is aside stays there.
                let aside = "\(path).\(count)"
                unsafe rename(path, aside)
                unsafe symlink(target, path)
                unsafe unlink(path)
                unsafe rename(aside, path)
                state.change { $0.count += 1 }
            }
            state.change { $0.hasEnded = true }
        }
        defer {
            state.change { $0.isOver = true }
            _ = state.wait { $0.hasEnded ? true : nil }
        }
        return try body()
    }
}
