import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// `auto-upload-server renew-receipt-key`, as an admin runs it.
@Suite("Renewing the receipt key")
struct RenewalTests {
    @Test("a new key is signed by the old one, and the server tells both")
    func renewing() throws {
        let site = try Site()
        var keys = [try keys(of: site).newest]
        for _ in 0..<2 {
            let renewed = try renew(site)
            #expect(renewed.status == 0, "\(renewed.error)")
            let (newest, predecessors) = try self.keys(of: site)
            #expect(renewed.output.hasSuffix("receipt key \(newest), signed by \(keys[0])\n"))
            keys.insert(newest, at: 0)
            #expect(predecessors.map(\.key) == Array(keys.dropFirst()))
            for key in keys { #expect(key.leads(to: newest, over: predecessors)) }
        }
        #expect(Set(keys).count == 3)
        #expect(try site.scratch.permissions(of: "storage/.auto-upload/receipt-key.pem") == 0o600)
    }

    @Test("while the server runs it is refused, and nothing changes")
    func running() throws {
        let server = try TestServer()
        let before = try server.site.scratch.bytes(of: "storage/.auto-upload/receipt-key.pem")
        let ended = try renew(server.site)
        #expect(ended.status == 78)
        #expect(ended.error.contains("another auto-upload-server uses the storage folder"))
        #expect(try server.site.scratch.bytes(of: "storage/.auto-upload/receipt-key.pem") == before)
    }

    @Test("where no server has been, there is nothing to renew, and the folder stays as it is")
    func none() throws {
        let site = try Site()
        let ended = try renew(site)
        #expect(ended.status == 78)
        #expect(ended.error.contains("there is no receipt key"), "\(ended.error)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.storage).isEmpty)
    }

    @Test("a key elsewhere is made there, renewed there, and named so in the server's configuration")
    func elsewhere() throws {
        let site = try Site()
        let key = site.scratch.path("receipts.pem")
        let file = try site.scratch.write(
            """
            pwdfile = \(site.users)
            certificate = \(site.certificates.chain)
            privatekey = \(site.certificates.key)
            folder = \(site.storage)
            receipt-key = \(key)
            address = 127.0.0.1
            port = 0

            """, to: "server.conf")
        let first = try start(["--config", file])
        let ended = try RunningProgram.run(Binaries.server, ["renew-receipt-key", "--config", file])
        #expect(ended.status == 0, "\(ended.error)")
        let second = try start(["--config", file])
        #expect(ended.output.hasSuffix("receipt key \(second), signed by \(first)\n"))
        #expect(FileManager.default.fileExists(atPath: key))
        #expect(!FileManager.default.fileExists(atPath: site.storage + "/.auto-upload/receipt-key.pem"))
    }

    /// - Returns: the key that the log names.
    private func start(_ arguments: [String]) throws -> Substring {
        let server = try RunningProgram(Binaries.server, arguments)
        let line = try #require(server.waitForLine(.error, containing: " receipt-key "), "\(server.text(.error))")
        #expect(server.waitForLine(.error, containing: " listening ") != nil)
        server.signal(SIGTERM)
        #expect(try server.waitForEnd().status == 0)
        return try #require(line.split(separator: "=").last)
    }

    private func renew(_ site: Site) throws -> RunningProgram.Outcome {
        try RunningProgram.run(Binaries.server, ["renew-receipt-key", "-f", site.storage])
    }

    private func keys(of site: Site) throws -> (newest: ReceiptKey, predecessors: [ReceiptPredecessor]) {
        let server = try TestServer(site)
        let welcome = try server.connect().greet()
        #expect(try server.stop().status == 0)
        return (try #require(welcome.receiptKey), welcome.predecessors)
    }
}
