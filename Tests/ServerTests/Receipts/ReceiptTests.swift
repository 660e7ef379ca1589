import Glibc
import Platform
import TestSupport
import Testing
import Transport
import Wire

@testable import AutoUploadServer

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
        let password = Credential(Array(TestServer.password.utf8))
        try send(.authenticate(Authenticate(user: TestServer.user, password: password)))
        guard case .granted = try receive() else { throw Unexpected() }
        return try #require(welcome.receiptKey)
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
