import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import AutoUploadClient

/// What was begun in one connection goes on in the next: nothing is sent twice.
@Suite("Resuming, and answers that were lost")
struct ResumeTests {
    /// More than is asked about rather than offered.
    private static let largeSize = 5_000_000

    private static func sample(_ count: Int) -> [UInt8] { .random(count, seed: 1) }

    /// A first pass that is cut, and whatever `between` does.
    private func cutPass(
        _ store: FakeStore, _ server: FakeServer, _ rig: ClientRig, between: () throws -> Void = {}
    ) throws {
        try rig.scratch.write(store.content, to: "recordings/one")
        #expect(try rig.pass(against: server).failure != nil)
        #expect(try rig.confirmed(["one"]).isEmpty)
        #expect(store.known.cuts == 0)
        try between()
    }

    private func expectConfirmed(_ rig: ClientRig, _ server: FakeServer) throws {
        let result = try rig.pass(against: server)
        #expect(result.failure == nil)
        #expect(result.remaining == 0)
        #expect(try rig.confirmed(["one"]) == ["one"])
    }

    @Test(
        "data goes on from the offset that the server names, and the hash covers what came before",
        arguments: [1, 65_536, 4_194_305, 4_999_999, 5_000_000])
    func resumes(_ offset: UInt64) throws {
        let rig = try ClientRig()
        let store = FakeStore(Self.sample(Self.largeSize), cuts: 1)
        let server = try FakeServer(store.script(ending: .offer))
        try cutPass(store, server, rig) { store.change { $0.kept = offset } }
        try expectConfirmed(rig, server)
        #expect(store.known.received == UInt64(Self.largeSize) - offset)
        #expect(server.queries.isEmpty)
        #expect(Set(server.offers.map(\.uploadID)).count == 1)
    }

    @Test("what was stored, though the answer was lost, isn't sent again", arguments: [0, 1, 300_000, 5_000_000])
    func lostAnswer(_ size: Int) throws {
        let rig = try ClientRig()
        let store = FakeStore(Self.sample(size), cuts: 1)
        let server = try FakeServer(store.script(ending: .answer))
        try cutPass(store, server, rig)
        try expectConfirmed(rig, server)
        #expect(store.known.received == UInt64(size))
        #expect(server.queries.count == 1)
        // A large one is offered, as a part of it may be kept; and given up when none is.
        #expect(store.known.abandoned == (size > 4_194_304 ? 1 : 0))
    }

    @Test("what the server says was committed is asked about, whatever it says then; nothing of it is sent before")
    func alreadyCommitted() throws {
        let rig = try ClientRig()
        let store = FakeStore(Self.sample(Self.largeSize), cuts: 1)
        let told = Shared(0)
        // One that says so for ever is given up on.
        let server = try FakeServer { heard, honest, session in
            if case .message(.offer(let number, let offer)) = heard, !offer.isFresh {
                told.withLock { $0 += 1 }
                return [.send(.refused(upload: number, Refusal(status: .alreadyCommitted, text: "")))]
            }
            return try store.script(ending: .answer)(heard, honest, session)
        }
        try cutPass(store, server, rig)
        let before = store.known.received
        store.change { $0.isStored = false }
        #expect(try rig.pass(against: server).remaining == 1)
        #expect(told.withLock { $0 } == 4)
        #expect(server.queries.count == 1)
        store.change { $0.isStored = true }
        try expectConfirmed(rig, server)
        #expect(store.known.received == before)
        #expect(store.known.abandoned == 0)
    }

    @Test(
        "what wasn't stored is sent from the start", arguments: [0, 1, 300_000, 5_000_000],
        [FakeStore.Ending.offer, .finish])
    func notStored(_ size: Int, _ ending: FakeStore.Ending) throws {
        let rig = try ClientRig()
        let store = FakeStore(Self.sample(size), cuts: 1)
        let server = try FakeServer(store.script(ending: ending))
        try cutPass(store, server, rig)
        try expectConfirmed(rig, server)
        #expect(server.queries.count == 1)
        #expect(Set(server.offers.map(\.uploadID)).count == 1)
    }

    @Test("a beginning that isn't the file's is found out, and it is sent from the start")
    func wrongBeginning() throws {
        let rig = try ClientRig()
        let store = FakeStore(Self.sample(Self.largeSize), cuts: 1)
        let refused = Shared(false)
        let server = try FakeServer { heard, honest, session in
            if case .message(.finish(let number, _)) = heard, store.known.kept > 0 {
                refused.withLock { $0 = true }
                store.change { $0.kept = 0 }
                return [.send(.refused(upload: number, Refusal(status: .digestMismatch, text: "")))]
            }
            return try store.script(ending: .offer)(heard, honest, session)
        }
        try cutPass(store, server, rig) { store.change { $0.kept = 4_500_000 } }
        try expectConfirmed(rig, server)
        #expect(refused.withLock { $0 })
        #expect(server.queries.isEmpty)
    }

    @Test("a file that has changed since is another upload")
    func changedSince() throws {
        let rig = try ClientRig()
        let store = FakeStore(Self.sample(Self.largeSize), cuts: 1)
        let server = try FakeServer(store.script(ending: .offer))
        try cutPass(store, server, rig) { store.change { $0.kept = 4_999_999 } }
        try rig.scratch.write(store.content, to: "recordings/one")
        try expectConfirmed(rig, server)
        #expect(server.offers.map(\.isFresh) == [true, true])
        #expect(Set(server.offers.map(\.uploadID)).count == 2)
        #expect(store.known.received == UInt64(Self.largeSize))
    }

    @Test("an upload that another connection took over is asked about")
    func takenOver() throws {
        let rig = try ClientRig()
        let store = FakeStore(Self.sample(10))
        let server = try FakeServer { heard, honest, session in
            if case .message(.finish(let number, _)) = heard, !store.known.isStored {
                store.change { $0.isStored = true }
                return [.send(.refused(upload: number, Refusal(status: .takenOver, text: "")))]
            }
            return try store.script()(heard, honest, session)
        }
        try rig.scratch.write(store.content, to: "recordings/one")
        try expectConfirmed(rig, server)
        #expect(server.offers.count == 1)
        #expect(server.queries.count == 1)
    }

    @Test("a server that answers no queries is sent the file")
    func unsupported() throws {
        let rig = try ClientRig()
        let store = FakeStore(Self.sample(Self.largeSize), cuts: 1)
        let server = try FakeServer { heard, honest, session in
            if case .message(.query(let number, _)) = heard {
                return [.send(.refused(upload: number, Refusal(status: .unsupported, text: "")))]
            }
            return try store.script(ending: .data)(heard, honest, session)
        }
        try cutPass(store, server, rig)
        try expectConfirmed(rig, server)
    }

    @Test("ids of small files are stored ahead, those of large ones when their turn comes")
    func storesAhead() throws {
        let rig = try ClientRig()
        let state = try rig.openState()
        var backlog = Backlog(
            try ([5_000_000, 6_000_000, 10, 7_000_000, 20] as [UInt64]).map { size in
                let file = DueFile(
                    path: try .of("f\(size)"), fingerprint: fingerprint(size: size), remote: try RemotePath([0x61]),
                    toleratedWriter: .none)
                return SyncTask(file: file, purpose: .upload)
            })
        #expect(try backlog.uploadID(in: state)?.isFresh == true)
        let known = try ([5_000_000, 6_000_000, 10, 7_000_000, 20] as [UInt64]).map { size in
            try state.uploadID(for: .of("f\(size)"), fingerprint(size: size)).isFresh
        }
        #expect(known == [false, true, false, true, false])
    }
}
