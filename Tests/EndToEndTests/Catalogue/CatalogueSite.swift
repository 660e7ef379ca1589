import Foundation
import TestSupport
import Testing

extension Site {
    static let catalogue = ".auto-upload/catalogue.sqlite"

    var catalogueFile: String { "\(storage)/\(Self.catalogue)" }

    /// Runs a command of the server's program on the storage.
    func command(_ words: String...) throws -> RunningProgram.Outcome {
        try RunningProgram.run(Binaries.server, words + ["-f", storage])
    }

    /// What the catalogue lists: path → SHA-256, or "-".
    ///
    /// - Parameter server: whose view of the disks is taken; nil: this process's.
    func listed(as server: TestServer? = nil) throws -> [String: String] {
        let entering = server.map { ["nsenter", "-m", "-t", "\($0.program.processID)"] } ?? []
        let listing = try RunningProgram.run(
            "/usr/bin/env", entering + [Binaries.server, "files", "list", "-f", storage])
        guard listing.status == 0 else { return [:] }
        let rows = listing.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        try #require(rows.allSatisfy { $0.count == 5 }, "\(listing.output)")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[1], $0[4]) })
    }

    /// Waits until the catalogue lists all that is stored, each with its digest unless it came by no upload.
    func expectListed(except unknown: Set<String> = []) throws {
        let expected = try stored().reduce(into: [:]) { $0[$1.key] = unknown.contains($1.key) ? "-" : $1.value }
        let isListed = try eventually { try listed() == expected }
        let found = try listed()
        #expect(isListed, "\(found) rather than \(expected)")
    }
}
