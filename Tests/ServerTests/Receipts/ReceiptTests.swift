import Domain
import Glibc
import Platform
import TestSupport
import Testing
import Transport
import Wire

@testable import Connections
@testable import Receipts
@testable import Storage

/// What a client gets with each confirmation, over a real connection.
@Suite("Receipts of a server")
struct ReceiptTests {
    @Test(
        "each confirmation has one that the key in welcome verifies: stored, already there, under another name, present"
    )
    func genuine() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let key = try client.greetAndLogIn()
        #expect(key == server.services.receipts.key)
        let began = currentUnixTime()
        var bytes = try TestClient.file([1, 2], as: "a b/c", upload: 1)
        bytes += try TestClient.file([], as: "empty", upload: 2)
        try client.send(bytes: bytes)
        let first = try client.confirmations(2)
        try client.send(
            bytes: TestClient.file([1, 2], as: "a b/c", upload: 3) + TestClient.file([3], as: "a b/c", upload: 4))
        let second = try client.confirmations(2)
        let query = try Query(size: 1, digest: [3].digest(), path: Array("a b/c".utf8))
        try client.send(.query(upload: 5, query))
        let third = try client.confirmations(1)
        #expect(Set((first + second).map(\.path.description)).count == 3)
        for confirmation in first + second + third {
            let receipt = try #require(Receipt(confirmation, user: TestServer.user, key: key))
            #expect(receipt.isGenuine)
            #expect((began...currentUnixTime()).contains(receipt.statement.time))
            #expect(try Receipt(text: receipt.text) == receipt)
            #expect(Receipt(confirmation, user: "phone", key: key)?.isGenuine == false)
        }
    }

    /// The greeting of a client that knows the first version only, as docs/PROTOCOL.md has it.
    private static let oldHello: [UInt8] =
        [0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12] + Array("AUP1\u{1}\u{1}\u{b}example/1.0".utf8)

    @Test("a client of the first version is answered in it, and gets receipts without nonces")
    func oldClient() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.send(bytes: Self.oldHello)
        guard case .welcome(let welcome) = try client.receive() else { throw TestClient.Unexpected() }
        #expect(welcome.version == 1)
        try client.authenticate()
        try client.send(bytes: TestClient.file([1], as: "a", upload: 1))
        let confirmation = try #require(try client.confirmations(1).first)
        let key = try #require(welcome.receiptKey)
        #expect(Receipt(confirmation, user: TestServer.user, key: key)?.isGenuine == true)
    }

    @Test("a client that challenges gets receipts of this connection: stored and present, alone and together")
    func overNonces() throws {
        let server = try TestServer()
        var nonces: [ReceiptNonce] = []
        for round in 0..<2 as Range<UInt8> {
            let nonce = try #require(ReceiptNonce([UInt8](repeating: round, count: 32)))
            let client = try TestClient(server)
            try client.send(.hello(Hello(software: "test")))
            guard case .welcome(let welcome) = try client.receive() else { throw TestClient.Unexpected() }
            try client.send(.challenge(Challenge(nonce: nonce)))
            try client.authenticate()
            let bytes = try (1...20).flatMap { try TestClient.file([$0], as: "\($0)", upload: UInt32($0)) }
            try client.send(bytes: bytes)
            var confirmations = try client.confirmations(20)
            try client.send(.query(upload: 21, Query(size: 1, digest: [1].digest(), path: Array("1".utf8))))
            confirmations += try client.confirmations(1)
            nonces.append(nonce)
            for confirmation in confirmations {
                let genuine = nonces.map { nonce in
                    welcome.receiptKey.flatMap {
                        Receipt(confirmation, user: TestServer.user, key: $0, nonce: nonce)?.isGenuine
                    }
                }
                // Not over that of the connection before.
                #expect(genuine == [false, true].suffix(nonces.count))
            }
        }
    }

    @Test("many that are committed together share a signature, and each has a proof of its own")
    func together() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let key = try client.greetAndLogIn()
        let count = 40
        // All in one record, so that the server has them all at hand before it commits.
        let bytes = try (1...count).flatMap { try TestClient.file([UInt8($0)], as: "cam/\($0)", upload: UInt32($0)) }
        try client.send(bytes: bytes)
        let receipts = try client.confirmations(count).map {
            try #require(Receipt($0, user: TestServer.user, key: key))
        }
        #expect(receipts.allSatisfy { $0.isGenuine })
        #expect(Set(receipts.map(\.statement)).count == count)
        let batches = Dictionary(grouping: receipts, by: \.signature).values
        #expect(batches.count < count / 4, "\(batches.count) signatures")
        for batch in batches {
            #expect(Set(batch.map(\.proof)).count == batch.count)
            #expect(batch.allSatisfy { ($0.proof.steps.isEmpty) == (batch.count == 1) })
        }
    }

    @Test("one that is committed alone has no proof, nor has the answer to a query")
    func alone() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let key = try client.greetAndLogIn()
        try client.send(bytes: TestClient.file([1], as: "a", upload: 1))
        var confirmations = try client.confirmations(1)
        try client.send(.query(upload: 2, Query(size: 1, digest: [1].digest(), path: [0x61])))
        confirmations += try client.confirmations(1)
        for confirmation in confirmations {
            let receipt = try #require(confirmation.receipt)
            #expect(receipt.proof.steps.isEmpty && receipt.bytes.count == 72)
            #expect(Receipt(confirmation, user: TestServer.user, key: key)?.isGenuine == true)
        }
    }

    @Test("a failure among others leaves each with the receipt of its own")
    func amongFailures() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let key = try client.greetAndLogIn()
        // Where a file stands no folder can be made: every other one is refused.
        try client.send(bytes: TestClient.file([0], as: "taken", upload: 1))
        _ = try client.confirmations(1)
        let numbers = UInt32(2)...21
        let bytes = try numbers.flatMap { number in
            try TestClient.file([UInt8(number)], as: number % 2 == 0 ? "\(number)" : "taken/\(number)", upload: number)
        }
        try client.send(bytes: bytes)
        var answered: Set<UInt32> = []
        while answered.count < numbers.count {
            switch try client.receive() {
            case .proceed: continue
            case .refused(let number, let refusal):
                #expect(number % 2 == 1 && refusal.status == .nameTaken)
                answered.insert(number)
            case .stored(let number, let confirmation, _):
                #expect(confirmation.path.description == "\(number)")
                #expect(try confirmation.digest == [UInt8(number)].digest())
                #expect(Receipt(confirmation, user: TestServer.user, key: key)?.isGenuine == true)
                answered.insert(number)
            default: throw TestClient.Unexpected()
            }
        }
    }

    @Test("nothing is signed when a flush fails")
    func notFlushed() throws {
        var calls = FlushCalls()
        calls.folder = { _ throws(SystemError) in throw SystemError("flush", errno: .inputOutput) }
        let server = try TestServer(flushing: calls)
        let client = try TestClient(server)
        try client.logIn()
        try client.send(bytes: TestClient.file([1], as: "a", upload: 1))
        while let message = try client.receive() {
            if case .proceed = message { continue }
            guard case .refused(1, let refusal) = message else { throw TestClient.Unexpected() }
            #expect(refusal.status == .storageFailed)
            #expect(!refusal.text.contains("EIO"))
            break
        }
        // The admin learns why.
        #expect(try server.event("refused ", "status=storageFailed").contains("reason="))
    }

    @Test("the key outlives the server, and its public part stands in the log")
    func restart() throws {
        let scratch = try ScratchFolder("real")
        var keys: Set<String> = []
        for _ in 0..<2 {
            let server = try RealServer(scratch)
            let key = try TestClient(port: server.port).greetAndLogIn()
            #expect(server.program.text(.error).contains(" receipt-key key=\(key)"))
            keys.insert(key.description)
            server.program.signal(SIGTERM)
            #expect(try server.program.waitForEnd().status == 0)
        }
        #expect(keys.count == 1)
        #expect(try scratch.permissions(of: "storage/.auto-upload/receipt-key.pem") == 0o600)
    }
}

extension TestClient {
    /// - Returns: the key that the server states.
    fileprivate func greetAndLogIn() throws -> ReceiptKey {
        try send(.hello(Hello(software: "test")))
        guard case .welcome(let welcome) = try receive() else { throw Unexpected() }
        try authenticate()
        return try #require(welcome.receiptKey)
    }

    fileprivate func authenticate() throws {
        let password = Credential(Array(TestServer.password.utf8))
        try send(.authenticate(Authenticate(user: TestServer.user, password: password)))
        guard case .granted = try receive() else { throw Unexpected() }
    }

    fileprivate func confirmations(_ count: Int) throws -> [Wire.Confirmation] {
        var found: [Wire.Confirmation] = []
        while found.count < count {
            switch try receive() {
            case .stored(_, let confirmation, _), .present(_, let confirmation): found.append(confirmation)
            case .proceed: continue
            default: throw Unexpected()
            }
        }
        return found
    }
}
