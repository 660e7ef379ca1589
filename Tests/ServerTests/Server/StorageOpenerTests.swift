import Accounts
import CommandLine
import Platform
import TestSupport
import Testing

@testable import AutoUploadServer
@testable import Storage

/// What belongs to a storage is taken from it whenever it is opened.
@Suite struct StorageOpenerTests {
    private let scratch: ScratchFolder
    private let opener: StorageOpener
    private let names = (0..<64).map { Array("nobody-\($0)".utf8) }

    init() throws {
        scratch = try ScratchFolder("opener")
        try scratch.makeFolder("storage")
        opener = try Self.opener(scratch)
    }

    /// As a process has it that starts.
    private static func opener(_ scratch: ScratchFolder) throws -> StorageOpener {
        // Two costs, equally frequent.
        let lines = [64, 128].map { memory in
            "user-\(memory):$argon2id$v=19$m=\(memory),t=1,p=1$c2FsdHNhbHQ$\(String(repeating: "A", count: 43))\n"
        }
        let users = try scratch.write(lines.joined(), to: "users", permissions: 0o600)
        let parser = CommandLineParser(
            program: "auto-upload-server", summary: "", options: ServerOptions.table, commands: ServerOptions.commands)
        let arguments = [
            "auto-upload-server", "-p", users, "-c", "unused", "-k", "unused", "-f", scratch.path("storage"),
            "--allow-weak-storage",
        ]
        guard case .run(let parsed) = try parser.parse(ArgumentVector(arguments)) else { throw Unexpected() }
        let configuration = try Configuration(parsed)
        return StorageOpener(
            configuration: configuration, accounts: try AccountDirectory(path: users, patience: 600) { _ in })
    }

    private struct Unexpected: Error {}

    private func costs(_ opener: StorageOpener) -> [Argon2Parameters] {
        names.map { opener.accounts.costOfUnknown($0) }
    }

    @Test("what a name costs that isn't there is the same after a restart, and whenever the storage is opened anew")
    func decoys() throws {
        let first = try opener.open()
        let costs = costs(opener)
        #expect(Set(costs).count == 2)
        // Another storage, with a key of its own, and the first again.
        try scratch.move("storage", to: "elsewhere")
        try scratch.makeFolder("storage")
        let other = try Self.opener(scratch).open()
        other.vault.retire()
        let second = try opener.reopen(after: first.vault)
        #expect(self.costs(opener) != costs)
        first.vault.retire()
        try scratch.move("storage", to: "other")
        try scratch.move("elsewhere", to: "storage")
        let third = try opener.reopen(after: second.vault)
        #expect(self.costs(opener) == costs)
        third.vault.retire()
        let next = try Self.opener(scratch)
        #expect(self.costs(next) != costs)
        _ = try next.open()
        #expect(self.costs(next) == costs)
    }
}
