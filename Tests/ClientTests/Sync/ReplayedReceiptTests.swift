import Domain
import Platform
import Testing
import Transport
import Wire

@testable import AutoUploadClient

/// A server that has the certificate's key, but not the one for receipts, and shows genuine receipts of earlier connections.
@Suite("Receipts that are shown again")
struct ReplayedReceiptTests {
    private let signer: ReceiptSigner
    private let rig: ClientRig

    init() throws {
        signer = try #require(ReceiptSigner.make())
        rig = try ClientRig(deletes: true)
    }

    private func server(
        version: UInt8, script: @escaping FakeServer.Script = { _, honest, _ in honest }
    ) throws -> FakeServer {
        try FakeServer(TestCertificates.trusted.get(), signer: signer, version: version, script: script)
    }

    /// Uploads a file to the real server, and wipes nothing.
    ///
    /// - Returns: what the server has said of it.
    private func earlierConfirmation(version: UInt8) throws -> Wire.Confirmation {
        let told = Shared<Wire.Confirmation?>(nil)
        let real = try server(version: version) { _, honest, _ in
            for answer in honest {
                if case .send(.stored(_, let confirmation, _)) = answer { told.withLock { $0 = confirmation } }
            }
            return honest
        }
        let keeper = try ClientRig(continuing: rig, deletes: false)
        #expect(try keeper.pass(against: real).failure == nil)
        return try #require(told.withLock { $0 })
    }

    /// A server that shows the same confirmation of whatever it is asked or sent.
    private func thief(version: UInt8, showing confirmation: Wire.Confirmation) throws -> FakeServer {
        try server(version: version) { _, honest, _ in
            honest.map { answer in
                switch answer {
                case .send(.stored(let number, _, let there)):
                    .send(.stored(upload: number, confirmation, alreadyThere: there))
                case .send(.present(let number, _)): .send(.present(upload: number, confirmation))
                default: answer
                }
            }
        }
    }

    @Test("nothing is wiped on the word of another connection, whatever its version", arguments: [1, 2] as [UInt8])
    func replayed(_ version: UInt8) throws {
        try rig.write("one", to: "one")
        let earlier = try earlierConfirmation(version: version)
        let thief = try thief(version: 2, showing: earlier)
        guard case .notOurServer = try rig.pass(against: thief).failure else {
            Issue.record("an old receipt was believed")
            return
        }
        #expect(thief.queries.count == 1)
        #expect(rig.isThere("one"))
    }

    @Test(
        "who has signed over nonces once and says that it can't any more gets files, and wipes none; that is said once")
    func downgraded() throws {
        try rig.write("one", to: "one")
        let earlier = try earlierConfirmation(version: 2)
        #expect(try rig.openState().expectsBoundReceipts())
        let thief = try thief(version: 1, showing: earlier)
        let context = try rig.context(for: thief, trusting: TestCertificates.trusted.get())
        for _ in 0..<3 {
            let result = try rig.pass(context)
            #expect(result.mayNotWipe && result.failure == nil)
        }
        #expect(thief.queries.isEmpty)
        #expect(rig.isThere("one"))
        #expect(
            rig.log.count { $0.hasPrefix("receipts-unbound") && $0.contains("accept-receipt-key \(signer.key)") } == 1)
        // The real one, with an older program, still gets what is new.
        try rig.write("two", to: "two")
        let older = try server(version: 1)
        #expect(try rig.pass(against: older).mayNotWipe)
        #expect(try rig.confirmed(["two"]) == ["two"])
        // A person knows why.
        try rig.openState().setReceiptKey(signer.key)
        #expect(try rig.passUntilGone(["one", "two"], against: older).mayNotWipe == false)
        #expect(!rig.isThere("one") && !rig.isThere("two"))
    }

    @Test("a renewed key is expected to do what the one before it did")
    func renewed() throws {
        try rig.write("one", to: "one")
        _ = try earlierConfirmation(version: 2)
        let new = try #require(ReceiptSigner.make())
        let link = try #require(signer.succession(to: new.key))
        func renewed(_ version: UInt8) throws -> FakeServer {
            try FakeServer(TestCertificates.trusted.get(), signer: new, predecessors: [link], version: version)
        }
        #expect(try rig.pass(against: try renewed(1)).mayNotWipe)
        #expect(try rig.openState().receiptKey() == signer.key)
        #expect(try rig.passUntilGone(["one"], against: try renewed(2)).mayNotWipe == false)
        #expect(try rig.openState().receiptKey() == new.key)
        #expect(try rig.openState().expectsBoundReceipts())
    }

    @Test("a server that never could is worked with as ever; its receipts hold no nonce, and those of others do")
    func older() throws {
        try rig.write("one", to: "one")
        let older = try server(version: 1)
        #expect(try rig.passUntilGone(["one"], against: older).remaining == 0)
        #expect(
            !older.everythingHeard.contains { if case .message(.challenge) = $0 { true } else { false } })
        #expect(try !rig.openState().expectsBoundReceipts())
        try rig.write("two", to: "two")
        let newer = try server(version: 2)
        #expect(try rig.passUntilGone(["two"], against: newer).remaining == 0)
        #expect(try rig.openState().expectsBoundReceipts())
        var kept: [Receipt] = []
        try rig.openState().forEachReceipt { kept.append($0.receipt) }
        #expect(kept.allSatisfy { $0.isGenuine })
        let nonces = kept.reduce(into: [:]) { $0[$1.statement.path.description] = $1.statement.nonce }
        let sent = newer.everythingHeard.compactMap { heard in
            if case .message(.challenge(let challenge)) = heard { challenge.nonce } else { nil }
        }
        #expect(nonces.keys.sorted() == ["two"])
        #expect(nonces["two"].map(sent.contains) == true)
        // Each connection has its own.
        #expect(Set(sent).count == sent.count)
    }

    @Test("where the key isn't signed with, nothing is expected of nonces")
    func unsigned() throws {
        try rig.write("one", to: "one")
        let server = try FakeServer()
        #expect(try rig.passUntilGone(["one"], against: server).remaining == 0)
        #expect(try !rig.openState().expectsBoundReceipts())
    }
}
