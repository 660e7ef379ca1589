import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

@testable import AutoUploadClient

/// A wipe that was taken back has changed nothing but the file's change time: it is the file that was confirmed, for all
/// that anybody knows, and needn't travel twice.
@Suite("A wipe that was taken back")
struct PutBackTests {
    private static let busy = Refusal(status: .busy, text: "")

    private func context(_ rig: ClientRig, _ server: FakeServer, isForeign: Bool = false) throws -> PassContext {
        var context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        context.setup.prepareEraser = { eraser in
            var eraser = eraser
            eraser.isForeign = { _ in isForeign }
            return eraser
        }
        return context
    }

    /// Hides a file, as the program that was killed just then.
    private func hide(_ name: String, _ rig: ClientRig) throws {
        let state = try rig.openState()
        let confirmed = try #require(try state.confirmation(of: .of(name)))
        let record = WipeRecord(
            id: try .random(), path: confirmed.path, fingerprint: confirmed.fingerprint, digest: confirmed.digest,
            remotePath: confirmed.remotePath, storedPath: confirmed.storedPath, begunAt: 0)
        try state.beginWipe(record)
        let folder = rig.scratch.path("recordings/")
        let hidden = try #require(record.wipingPath).description
        try FileManager.default.moveItem(atPath: folder + name, toPath: folder + hidden)
    }

    @Test("by a new start, is asked about and wiped, not sent again", arguments: [5, 5_000_000])
    func killed(_ size: Int) throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        try rig.write(count: size, to: "one")
        #expect(try rig.pass(against: server).remaining == 0)
        try hide("one", rig)
        let deleting = try ClientRig(continuing: rig, deletes: true)
        #expect(try deleting.passUntilGone(["one"], against: server).remaining == 0)
        #expect(!rig.isThere("one"))
        #expect(server.offers.count == 1)
        #expect(server.queries.count >= 1)
    }

    @Test("and was rewritten meanwhile, its time put back, is sent: the server hasn't what it holds now")
    func rewritten() throws {
        let rig = try ClientRig()
        let server = try FakeServer { heard, honest, _ in
            guard case .message(.query(let number, let query)) = heard else { return honest }
            return query.digest == Digest.of(Array("one".utf8)) ? honest : [.absent(number)]
        }
        try rig.write("one", to: "one")
        #expect(try rig.pass(against: server).remaining == 0)
        try hide("one", rig)
        let folder = rig.scratch.path("recordings/")
        let hidden = try #require(FileManager.default.contentsOfDirectory(atPath: folder).first)
        let time = try FileManager.default.attributesOfItem(atPath: folder + hidden)[.modificationDate]
        let file = try FileHandle(forUpdating: URL(filePath: folder + hidden))
        try file.write(contentsOf: Data("two".utf8))
        try file.close()
        try FileManager.default.setAttributes(
            [.modificationDate: try #require(time)], ofItemAtPath: folder + hidden)
        let deleting = try ClientRig(continuing: rig, deletes: true)
        #expect(try deleting.passUntilGone(["one"], against: server).remaining == 0)
        #expect(server.offers.count == 2)
        #expect(
            server.everythingHeard.contains { heard in
                guard case .message(.finish(_, let finish)) = heard else { return false }
                return finish.digest == Digest.of(Array("two".utf8))
            })
    }

    @Test("while the program runs, is neither sent nor read again before its time")
    func objected() throws {
        let rig = try ClientRig(deletes: true)
        let server = try FakeServer { heard, honest, _ in
            guard case .message(.query(let number, _)) = heard else { return honest }
            return [.send(.refused(upload: number, Self.busy))]
        }
        try rig.write("one", to: "one")
        let context = try context(rig, server, isForeign: true)
        // A child of another test may have it open for an instant; that is noted, too.
        _ = try rig.pass(context)
        // It is on the server all the while, as far as anybody knows.
        for _ in 0..<3 { #expect(try rig.pass(context).remaining == 0) }
        #expect(rig.isThere("one"))
        #expect(server.offers.count == 1)
        #expect(server.queries.count <= 1)
    }

    @Test("but whose name a camera has taken meanwhile, remains, and a person is told what to do")
    func nameTaken() throws {
        let rig = try ClientRig(deletes: true)
        let server = try FakeServer()
        try rig.write("one", to: "one")
        let isTaken = Shared(false)
        let path = rig.scratch.path("recordings/one")
        var result = PassResult()
        for _ in 0..<2000 where !isTaken.withLock({ $0 }) {
            var context = try context(rig, server)
            let prepare = context.setup.prepareEraser
            context.setup.prepareEraser = { eraser in
                StepHook { (_, step) throws(SystemError) in
                    guard step == .decide else { return }
                    isTaken.withLock { $0 = true }
                    try? Data("newcomer".utf8).write(to: URL(filePath: path))
                    throw .injected
                }.install(in: prepare(eraser))
            }
            result = try rig.pass(context)
            if !isTaken.withLock({ $0 }) { Platform.Thread.sleep(seconds: 0.002) }
        }
        #expect(result.failure == nil)
        #expect(result.remaining == 1)
        #expect(rig.log.contains { $0.hasPrefix("kept") && $0.contains("move that one away") }, "\(rig.log)")
        // The newcomer is wiped in its turn, then the name is free.
        let other = rig.scratch.path("recordings/other")
        try FileManager.default.moveItem(atPath: path, toPath: other)
        #expect(try rig.passUntilGone(["one", "other"], against: server).remaining == 0)
        let rest = try FileManager.default.contentsOfDirectory(atPath: rig.scratch.path("recordings"))
        #expect(rest.isEmpty)
    }

    @Test("in the midst of getting its name back where that takes two steps, is left with that name alone")
    func twoNames() throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        try rig.write("one", to: "one")
        _ = try rig.pass(against: server)
        try hide("one", rig)
        let folder = rig.scratch.path("recordings/")
        let hidden = try #require(FileManager.default.contentsOfDirectory(atPath: folder).first)
        try FileManager.default.linkItem(atPath: folder + hidden, toPath: folder + "one")
        let deleting = try ClientRig(continuing: rig, deletes: true)
        #expect(try deleting.passUntilGone(["one"], against: server).remaining == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        #expect(server.offers.count == 1)
    }
}
