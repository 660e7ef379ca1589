import CommandLine
import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import AutoUploadServer
@testable import Catalogue
@testable import Connections
@testable import Storage

/// Another storage in the place of the one that is open.
@Suite struct StorehouseTests {
    private let server: TestServer
    private let folder: String

    init() throws {
        server = try TestServer()
        folder = server.scratch.path("storage")
    }

    /// Puts another storage that was used before where the path leads.
    private func exchangeStorage() throws {
        try server.scratch.makeFolder("other")
        _ = try Storage.opened(folder: server.scratch.path("other"))
        try server.scratch.move("storage", to: "elsewhere")
        try server.scratch.move("other", to: "storage")
    }

    private func open() throws(ProgramError) -> Stock {
        do throws(StorageError) {
            let storage = try Storage.opened(folder: folder)
            let catalogue = CataloguePlace(folder: folder, own: storage.own, files: storage.files)
            let vault = try Vault(storage, rights: AccessRights())
            return Stock(
                vault: vault, receipts: server.services.receipts, catalogue: catalogue, warnings: ["a warning"])
        } catch {
            throw ProgramError(error.description, exitCode: .configuration)
        }
    }

    @Test("what can't be opened leaves the first in its place; that is told once, and the pauses grow")
    func failing() throws {
        let tries = Monitor(0)
        let storehouse = Storehouse(server.services, path: folder) { _ throws(ProgramError) in
            tries.withLock { $0 += 1 }
            throw ProgramError("no key \(tries.withLock { $0 % 2 })", exitCode: .configuration)
        }
        try exchangeStorage()
        let start = Instant.now
        for second in 0..<120 { storehouse.look(now: start.advanced(bySeconds: Double(second))) }
        // At 0, 2, 6, 14, 30, 62 seconds.
        #expect(tries.withLock { $0 } == 6)
        #expect(server.lines.count { $0.contains("no key") } == 2)
        #expect(!server.services.vault.isRetired && storehouse.services.vault === server.services.vault)
        // Back again, it serves on: nothing of it was given up.
        try server.scratch.move("storage", to: "other")
        try server.scratch.move("elsewhere", to: "storage")
        storehouse.look(now: start.advanced(bySeconds: 200))
        let client = try TestClient(server)
        try client.logIn()
        try client.send(bytes: TestClient.file([1], as: "a", upload: 1))
        guard case .proceed = try client.receive(), case .stored = try client.receive() else {
            throw TestClient.Unexpected()
        }
    }

    @Test("once it is open, all connections end, also those that say nothing, and the first is let go of")
    func idle() throws {
        let storehouse = Storehouse(server.services, path: folder) { _ throws(ProgramError) in try open() }
        let client = try TestClient(server)
        try client.logIn()
        try exchangeStorage()
        storehouse.look()
        guard case .closing(let words)? = try client.remainder().last else { throw TestClient.Unexpected() }
        #expect(words.status == .shuttingDown)
        #expect(server.services.vault.isRetired && storehouse.services.vault !== server.services.vault)
        _ = try server.event("storage-opened ")
        _ = try server.event("note ", "a warning")
    }
}
