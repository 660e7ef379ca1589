import Foundation
import Glibc
import Platform
import TestSupport
import Testing
import Wire

@testable import AutoUploadClient

/// What goes on between client and server while files are wiped.
@Suite("Engine during a wipe")
struct WipeWitnessTests {
    private func context(_ rig: ClientRig, _ server: FakeServer, isForeign: Bool = false) throws -> PassContext {
        var context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        context.setup.prepareEraser = { eraser in
            var eraser = eraser
            eraser.isForeign = { _ in isForeign }
            return eraser
        }
        return context
    }

    /// What somebody seems to have open, as a test's child does for an instant, is wiped in another pass.
    private func passUntil(
        _ isDone: () -> Bool, _ rig: ClientRig, _ server: FakeServer, isForeign: Bool = false
    ) throws -> PassResult {
        var result = try rig.pass(context(rig, server, isForeign: isForeign))
        for _ in 0..<2000 where !isDone() {
            usleep(2000)
            result = try rig.pass(context(rig, server, isForeign: isForeign))
        }
        return result
    }

    @Test("the server hears of a client that wipes for long")
    func pings() throws {
        let rig = try ClientRig(deletes: true)
        let size = 64_000_000
        try rig.write(count: size, to: "large")
        let pings = Shared(0)
        let server = try FakeServer { heard, honest, session in
            // The upload is over, and nothing else is to be sent.
            if case .message(.ping) = heard { pings.withLock { $0 += 1 } }
            if case .message(.finish) = heard { pings.withLock { $0 = 0 } }
            return honest
        }
        var context = try context(rig, server)
        context.setup.pingSeconds = 0
        _ = try rig.pass(context)
        if rig.isThere("large") { return }
        // One may be sent while the answer is awaited.
        #expect(pings.withLock { $0 } > 3)
    }

    @Test("a server that hangs up meanwhile stops no wipe")
    func hangsUp() throws {
        let rig = try ClientRig(deletes: true)
        try rig.write(count: 20_000_000, to: "large")
        let server = try FakeServer { heard, honest, session in
            if case .message(.finish) = heard { return honest + [.hangUp] }
            return honest
        }
        var context = try context(rig, server)
        context.setup.pingSeconds = 0
        _ = try rig.pass(context)
        let honest = try FakeServer()
        _ = try passUntil({ !rig.isThere("large") }, rig, honest)
        #expect(!rig.isThere("large"))
    }

    @Test("where files may be seen from elsewhere, the server is asked once more when they are hidden, then they go")
    func asksOnceMore() throws {
        let rig = try ClientRig(deletes: true)
        let names = (0..<40).map { "f\($0)" }
        for name in names { try rig.write("content of \(name)", to: name) }
        let hidden = Shared(0)
        let folder = rig.scratch.path("recordings")
        // No more than three are unanswered at a time.
        let server = try FakeServer(TestCertificates.trusted.get(), maxOpenUploads: 3) { heard, honest, _ in
            if case .message(.query(_, let query)) = heard {
                let path = folder + "/" + String(decoding: query.path, as: UTF8.self)
                if !FileManager.default.fileExists(atPath: path) { hidden.withLock { $0 += 1 } }
            }
            return honest
        }
        let result = try passUntil({ !names.contains(where: rig.isThere) }, rig, server, isForeign: true)
        #expect(result.failure == nil)
        #expect(!names.contains(where: rig.isThere))
        #expect(hidden.withLock { $0 } >= names.count)
        #expect(server.offers.count == names.count)
    }

    @Test("what vanishes from the server when it is hidden was the server's own: it is put back, and a person told")
    func recognisesItself() throws {
        let rig = try ClientRig(deletes: true)
        for name in ["one", "two"] { try rig.write("content of \(name)", to: name) }
        let folder = rig.scratch.path("recordings")
        let server = try FakeServer { heard, honest, _ in
            guard case .message(.query(let number, let query)) = heard else { return honest }
            // The storage is the watched folder, by another way.
            let path = folder + "/" + String(decoding: query.path, as: UTF8.self)
            return FileManager.default.fileExists(atPath: path) ? honest : [.absent(number)]
        }
        let isTold = { rig.log.filter { $0.hasPrefix("kept") && $0.contains("storage") }.count == 2 }
        #expect(try passUntil(isTold, rig, server, isForeign: true).failure == nil)
        #expect(isTold(), "\(rig.log)")
        for name in ["one", "two"] {
            #expect(try rig.scratch.bytes(of: "recordings/" + name) == Array("content of \(name)".utf8))
        }
        #expect(try rig.openState().wipeRecords().isEmpty)
    }

    @Test("a connection that ends before the last word leaves files as they are, for another pass")
    func endsBefore() throws {
        let rig = try ClientRig(deletes: true)
        try rig.write("one", to: "one")
        let asked = Shared(false)
        let server = try FakeServer { heard, honest, _ in
            guard case .message(.query) = heard else { return honest }
            asked.withLock { $0 = true }
            return [.hangUp]
        }
        let result = try passUntil({ asked.withLock { $0 } }, rig, server, isForeign: true)
        #expect(result.failure != nil)
        #expect(try rig.scratch.bytes(of: "recordings/one") == Array("one".utf8))
        #expect(try rig.confirmed(["one"]) == ["one"])
        #expect(try rig.openState().wipeRecords().isEmpty)
        let honest = try FakeServer()
        _ = try passUntil({ !rig.isThere("one") }, rig, honest, isForeign: true)
        #expect(!rig.isThere("one"))
    }
}
