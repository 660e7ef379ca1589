internal import Foundation

/// Certificates made by the repository's own script, in a folder that goes when the value does.
package final class ExampleCertificates: Sendable {
    private let folder: ScratchFolder

    /// The authority that signed.
    package var authority: String { folder.path("ca.pem") }
    package var chain: String { folder.path("server.pem") }
    package var key: String { folder.path("server-key.pem") }

    package struct NotMade: Error {
        package let reason: String
    }

    /// For 127.0.0.1 and localhost; made once for all tests of a run.
    package static let loopback: Result<ExampleCertificates, any Error> = Result {
        // Nothing destroys what is static.
        atexit { try? FileManager.default.removeItem(atPath: ExampleCertificates.loopback.get().folder.path) }
        return try ExampleCertificates(for: ["127.0.0.1", "localhost"])
    }

    /// - Parameter arguments: names and addresses, after options of certs-example/make-certificates.
    package init(for arguments: [String]) throws {
        folder = try ScratchFolder("certificates")
        let script = Self.repository + "/certs-example/make-certificates"
        let made = try RunningProgram.run(script, ["-o", folder.path] + arguments)
        guard made.status == 0 else { throw NotMade(reason: made.error) }
    }

    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
}
