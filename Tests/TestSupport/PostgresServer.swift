internal import Foundation

/// A real PostgreSQL of its own on a socket in the file system, by scripts/postgres-server. It ends with this value, or with the tests.
package final class PostgresServer: Sendable {
    private let program: RunningProgram
    private let folder: String
    /// Of 127.0.0.1, where TLS is spoken; nil where it isn't.
    package let port: UInt16?

    private static let programs: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }.map { "\(root)/\($0)/bin" }
            .last { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }
    }()

    package static let isInstalled = programs != nil
    package static let reason = "PostgreSQL isn't installed: scripts/install-dependencies postgresql"

    /// For tests that leave it running, and keep to databases of their own.
    package static let shared = Result { try PostgresServer() }

    /// Why something didn't work.
    package struct Failed: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameter identity: the files of a certificate and its key, for TLS.
    package init(identity: (certificate: String, key: String)? = nil) throws {
        // The socket lies in it, whose path has 107 bytes at most.
        folder =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("postgres-\(UUID().uuidString.prefix(8))").path
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("scripts/postgres-server").path
        program = try RunningProgram(
            script, [folder] + (identity.map { [$0.certificate, $0.key] } ?? []), standardInput: nil)
        guard program.waitForLine(.output, containing: "ready", seconds: 300) != nil else {
            throw Failed(description: "PostgreSQL didn't start: \(program.text(.error))")
        }
        port = program.text(.output).split(separator: "\n").first { $0.hasPrefix("port ") }
            .flatMap { UInt16($0.dropFirst(5)) }
    }

    deinit {
        // Its processes and its folder go with it: killed, it could remove neither.
        program.send("end\n")
        _ = try? program.waitForEnd(seconds: 60)
    }

    /// What is done to its processes; its data stay.
    package enum Treatment: String, Sendable {
        case stop, kill, start, freeze, thaw
    }

    package func treat(_ treatment: Treatment) throws {
        let before = program.text(.output).split(separator: "\n").count { $0 == "done" } + 1
        program.send(treatment.rawValue + "\n")
        let isDone = program.waitForText(.output, "ready\n" + String(repeating: "done\n", count: before), seconds: 300)
        guard isDone else { throw Failed(description: "\(treatment.rawValue): \(program.text(.error))") }
    }

    /// A new, empty database.
    ///
    /// - Returns: its address.
    package func makeDatabase() throws -> String {
        let name = "d\(UUID().uuidString.filter { $0 != "-" }.lowercased())"
        // Not by way of write-ahead logging: it is empty.
        try ask(address("postgres"), "CREATE DATABASE \(name) STRATEGY file_copy")
        return address(name)
    }

    private func address(_ name: String) -> String {
        "postgresql://blobs@/\(name)?host=\(folder)" + (port.map { "&port=\($0)" } ?? "")
    }

    /// Runs a statement by psql.
    ///
    /// - Returns: its rows, a line each, with | between columns.
    @discardableResult
    package func ask(_ address: String, _ statement: String) throws -> String {
        let outcome = try RunningProgram.run(
            "\(Self.programs ?? "")/psql",
            ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", address, "-c", statement])
        guard outcome.status == 0 else { throw Failed(description: "psql: \(outcome.error)") }
        return outcome.output
    }
}
