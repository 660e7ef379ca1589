import Domain
import Platform
import SQLite
import TestSupport
import Testing
import Transport
import Wire

@testable import AutoUploadClient

@Suite("Receipts: what counts, and what a new key stops")
struct ReceiptPinTests {
    private let old: ReceiptSigner
    private let new: ReceiptSigner

    init() throws {
        old = try #require(ReceiptSigner.make())
        new = try #require(ReceiptSigner.make())
    }

    private func server(
        _ signer: ReceiptSigner?, after predecessors: [ReceiptPredecessor] = [],
        script: @escaping FakeServer.Script = { _, honest, _ in honest }
    ) throws -> FakeServer {
        try FakeServer(
            TestCertificates.trusted.get(), signer: signer, predecessors: predecessors, script: script)
    }

    private func receipts(_ rig: ClientRig) throws -> [KeptReceipt] {
        var all: [KeptReceipt] = []
        try rig.openState().forEachReceipt { all.append($0) }
        return all
    }

    @Test("the receipt of each confirmation is kept, also when the file is wiped")
    func kept() throws {
        let rig = try ClientRig(deletes: true)
        try rig.write("one", to: "sub/one")
        let server = try server(old)
        #expect(try rig.passUntilGone(["sub/one"], against: server).remaining == 0)
        let kept = try receipts(rig)
        #expect(try kept.map(\.path) == [.of("sub/one")])
        let statement = try #require(kept.first?.receipt.statement)
        #expect(kept.first?.receipt.isGenuine == true)
        #expect(statement.user == "camera")
        #expect(statement.digest == Digest.of(Array("one".utf8)))
        #expect(try rig.openState().receiptKey() == old.key)
    }

    enum Lie: CaseIterable, Sendable {
        case missing, otherKey, otherUser, otherDigest, otherTime, unstatedKey, otherProof, otherNonce, noNonce
    }

    @Test("a confirmation whose receipt is missing or wrong is none", arguments: Lie.allCases, [false, true])
    func believesNoLie(_ lie: Lie, _ isQuery: Bool) throws {
        let (old, new) = (old, new)
        let rig = try ClientRig(deletes: true)
        try rig.write("one", to: "one")
        if isQuery { try cut(rig) }
        let server = try server(lie == .unstatedKey ? nil : old) { _, honest, session in
            let nonce = session.nonce
            return try honest.map { answer in
                switch answer {
                case .send(.stored(let number, let confirmation, let there)):
                    .send(
                        .stored(upload: number, try Self.tell(lie, confirmation, old, new, nonce), alreadyThere: there))
                case .send(.present(let number, let confirmation)):
                    .send(.present(upload: number, try Self.tell(lie, confirmation, old, new, nonce)))
                default: answer
                }
            }
        }
        let result = try rig.pass(against: server)
        guard case .notOurServer = result.failure else {
            Issue.record("the lie was not seen: \(String(describing: result.failure))")
            return
        }
        #expect(server.queries.count == (isQuery ? 1 : 0))
        #expect(rig.isThere("one"))
        #expect(try rig.confirmed(["one"]).isEmpty)
        #expect(try receipts(rig).isEmpty)
    }

    /// A pass whose answer is lost, so that the next one asks.
    private func cut(_ rig: ClientRig) throws {
        let server = try server(old) { heard, honest, _ in
            if case .message(.finish) = heard { [.hangUp] } else { honest }
        }
        #expect(try rig.pass(against: server).failure != nil)
        try rig.openState().setReceiptKey(nil)
    }

    private static func tell(
        _ lie: Lie, _ honest: Wire.Confirmation, _ old: ReceiptSigner, _ new: ReceiptSigner,
        _ nonce: ReceiptNonce?
    ) throws -> Wire.Confirmation {
        func with(_ receipt: ReceiptStamp?) throws -> Wire.Confirmation {
            try Wire.Confirmation(
                size: honest.size, digest: honest.digest, fileTag: honest.fileTag, path: honest.path, receipt: receipt)
        }
        switch lie {
        case .missing: return try with(nil)
        case .otherKey, .unstatedKey: return try honest.signed(by: new, user: "camera", over: nonce)
        case .otherUser: return try honest.signed(by: old, user: "phone", over: nonce)
        case .otherDigest:
            let other = try Wire.Confirmation(
                size: honest.size, digest: #require(Digest.of([1])), fileTag: honest.fileTag, path: honest.path)
            return try with(try other.signed(by: old, user: "camera", over: nonce).receipt)
        case .otherTime:
            let stamp = try #require(honest.receipt)
            return try with(ReceiptStamp(time: stamp.time + 1, signature: stamp.signature))
        case .otherNonce:
            let other = try #require(ReceiptNonce([UInt8](repeating: 7, count: ReceiptNonce.byteCount)))
            return try honest.signed(by: old, user: "camera", over: other)
        case .noNonce: return try honest.signed(by: old, user: "camera")
        case .otherProof:
            let step = ReceiptProof.Step(.left, try #require(Digest.of([1])))
            let stamp = try #require(honest.receipt)
            return try with(
                ReceiptStamp(time: stamp.time, signature: stamp.signature, proof: #require(ReceiptProof([step]))))
        }
    }

    @Test("an expected key that can't be read stops wiping and not uploading, until a person accepts one")
    func unread() throws {
        let rig = try ClientRig(deletes: true)
        try rig.openState().setReceiptKey(old.key)
        do {
            var connection = try SQLiteConnection(path: rig.scratch.path("state/" + ClientState.fileName))
            try connection.execute("UPDATE receipt_key SET key = x'00'")
        }
        let server = try server(old)
        try rig.write("one", to: "one")
        for _ in 0..<2 { #expect(try rig.pass(against: server).mayNotWipe) }
        #expect(rig.isThere("one"))
        #expect(server.offers.count == 1)
        #expect(rig.log.contains { $0.hasPrefix("receipt-key-unread") && $0.contains("--state") }, "\(rig.log)")
        try rig.openState().setReceiptKey(old.key)
        #expect(try rig.passUntilGone(["one"], against: server).remaining == 0)
    }

    @Test("another key, or none any more, stops wiping and not uploading, and is said once", arguments: [true, false])
    func changed(_ hasKey: Bool) throws {
        let rig = try ClientRig(deletes: true)
        try rig.openState().setReceiptKey(old.key)
        let server = try server(hasKey ? new : nil)
        let context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        try rig.write("one", to: "one")
        for _ in 0..<3 {
            let result = try rig.pass(context)
            #expect(result.failure == nil)
            #expect(result.remaining == 0)
            #expect(result.mayNotWipe)
        }
        #expect(rig.isThere("one"))
        #expect(try rig.confirmed(["one"]) == ["one"])
        #expect(server.offers.count == 1)
        #expect(server.queries.isEmpty)
        let said = rig.log.filter { $0.hasPrefix("receipt-key-changed") }
        #expect(said.count == 1)
        #expect(said.first?.contains("accept-receipt-key \(hasKey ? new.key.description : "none")") == true)
        #expect(try rig.openState().receiptKey() == old.key)
        // A person lets it stand.
        try rig.openState().setReceiptKey(hasKey ? new.key : nil)
        #expect(try rig.passUntilGone(["one"], against: server).mayNotWipe == false)
        #expect(!rig.isThere("one"))
    }

    @Test("a new key that the old one has signed is taken over, also over several steps")
    func renewed() throws {
        let rig = try ClientRig(deletes: true)
        try rig.openState().setReceiptKey(old.key)
        let between = try #require(ReceiptSigner.make())
        let links = [try #require(between.succession(to: new.key)), try #require(old.succession(to: between.key))]
        let server = try server(new, after: links)
        try rig.write("one", to: "one")
        #expect(try rig.passUntilGone(["one"], against: server).remaining == 0)
        #expect(!rig.isThere("one"))
        #expect(try rig.openState().receiptKey() == new.key)
        #expect(rig.log.contains { $0.hasPrefix("receipt-key-renewed") })
    }

    @Test("a server that begins to sign is taken at its word, as one that always did")
    func begins() throws {
        let rig = try ClientRig(deletes: true)
        try rig.write("one", to: "one")
        #expect(try rig.passUntilGone(["one"], against: try server(nil)).remaining == 0)
        try rig.write("two", to: "two")
        #expect(try rig.passUntilGone(["two"], against: try server(old)).remaining == 0)
        #expect(!rig.isThere("two"))
        #expect(try rig.openState().receiptKey() == old.key)
    }

    @Test("a chain that a stranger has made leads nowhere")
    func strangersChain() throws {
        let stranger = try #require(ReceiptSigner.make())
        let forged = ReceiptPredecessor(
            key: old.key,
            signature: try #require(stranger.sign(ReceiptPredecessor.statement(from: old.key, to: new.key))))
        for links in [[forged], [try #require(stranger.succession(to: new.key))], []] {
            let welcome = try Welcome(
                software: "x", maxOpenUploads: 1, serverTime: 0, receiptKey: new.key, predecessors: links)
            #expect(ReceiptPin(expected: old.key, welcome) == .changed(from: old.key, to: new.key))
        }
        let honest = try Welcome(
            software: "x", maxOpenUploads: 1, serverTime: 0, receiptKey: new.key,
            predecessors: [try #require(old.succession(to: new.key))])
        #expect(ReceiptPin(expected: old.key, honest) == .renewed(new.key))
        #expect(ReceiptPin(expected: new.key, honest) == .expected)
        #expect(ReceiptPin(expected: nil, honest) == .first(new.key))
    }
}
