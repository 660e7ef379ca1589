import Domain
import Platform
import Testing
import Wire

@testable import AutoUploadClient

/// FAT and exFAT give a file another number at each mount, so that none is the one that was confirmed.
@Suite("A card that is mounted anew")
struct RemountTests {
    @Test("what was confirmed is asked about, not sent again; and known from then on", arguments: [5, 5_000_000])
    func asks(_ size: Int) throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        try rig.write(count: size, to: "one")
        #expect(try rig.pass(against: server).remaining == 0)
        try rig.remount("one")
        for _ in 0..<2 { #expect(try rig.pass(against: server).remaining == 0) }
        #expect(server.offers.count == 1)
        #expect(server.queries.count == 1)
    }

    @Test("it is wiped on the answer")
    func wipes() throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        try rig.write("one", to: "one")
        _ = try rig.pass(against: server)
        try rig.remount("one")
        let deleting = try ClientRig(continuing: rig, deletes: true)
        #expect(try deleting.passUntilGone(["one"], against: server).remaining == 0)
        #expect(!rig.isThere("one"))
        #expect(server.offers.count == 1)
    }

    @Test("what only looks the same is sent", arguments: [5, 5_000_000])
    func sends(_ size: Int) throws {
        let rig = try ClientRig()
        let server = try FakeServer { heard, honest, _ in
            if case .message(.query(let number, _)) = heard { [.absent(number)] } else { honest }
        }
        try rig.write(count: size, to: "one")
        #expect(try rig.pass(against: server).remaining == 0)
        try rig.remount("one")
        for _ in 0..<2 { #expect(try rig.pass(against: server).remaining == 0) }
        #expect(server.queries.count == 1)
        #expect(server.offers.map(\.isFresh) == [true, true])
    }

    @Test("while a changed receipt key stops wiping, it is asked about all the same")
    func asksWithoutWiping() throws {
        let rig = try ClientRig(deletes: false)
        let server = try FakeServer()
        try rig.write("one", to: "one")
        _ = try rig.pass(against: server)
        try rig.remount("one")
        let key = try #require(ReceiptKey(Array(repeating: 1, count: ReceiptKey.byteCount)))
        try rig.openState().setReceiptKey(key)
        let deleting = try ClientRig(continuing: rig, deletes: true)
        #expect(try deleting.pass(against: server).mayNotWipe)
        #expect(server.queries.count == 1)
        #expect(try deleting.pass(against: server).mayNotWipe)
        #expect(server.queries.count == 1)
    }

    @Test(
        "what the server has lost of it isn't known as confirmed any more, though sending it fails",
        arguments: [true, false])
    func forgets(_ deletes: Bool) throws {
        let first = try ClientRig()
        try first.write("one", to: "one")
        _ = try first.pass(against: FakeServer())
        if !deletes { try first.remount("one") }
        let rig = try ClientRig(continuing: first, deletes: deletes)
        let server = try FakeServer { heard, honest, _ in
            switch heard {
            case .message(.query(let number, _)): [.absent(number)]
            case .message(.offer(let number, _)):
                [.send(.refused(upload: number, Refusal(status: .quotaExceeded, text: "")))]
            default: honest
            }
        }
        let context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        _ = try rig.pass(context)
        #expect(server.queries.count == 1)
        #expect(try rig.confirmed(["one"]).isEmpty)
        let file = FoundFile(path: try .of("one"), fingerprint: try rig.fingerprint(of: "one"), links: 1)
        #expect(!context.memory.confirmed.contains(file))
    }
}
