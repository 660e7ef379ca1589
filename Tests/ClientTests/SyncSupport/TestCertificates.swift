import Foundation
import TestSupport
import Testing

/// A private authority and a certificate for this machine, made once for all tests by the script that users have.
enum TestCertificates {
    struct Files: Sendable {
        let folder: ScratchFolder

        var authority: String { folder.path("ca.pem") }
        var chain: String { folder.path("server.pem") }
        var key: String { folder.path("server-key.pem") }
    }

    static let trusted = Result { try make(for: ["127.0.0.1", "localhost"]) }
    /// Another authority, and a certificate for another name.
    static let stranger = Result { try make(for: ["other.example"]) }

    private static func make(for names: [String]) throws -> Files {
        let folder = try ScratchFolder("certificates")
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        let script = root.appending(path: "certs-example/make-certificates").path
        let outcome = try RunningProgram.run(script, ["-o", folder.path] + names)
        try #require(outcome.status == 0, "\(outcome.error)")
        return Files(folder: folder)
    }
}
