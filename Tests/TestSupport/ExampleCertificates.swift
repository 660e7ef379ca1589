internal import Foundation
import Platform

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
    package static let loopback = Result {
        try ExampleCertificates(for: ["127.0.0.1", "localhost"], keptUntilExit: true)
    }

    /// Folders of certificates that are kept in static properties, which nothing destroys.
    private static let kept = Monitor<[String]>([])

    /// - Parameters:
    ///   - arguments: names and addresses, after options of certs-example/make-certificates.
    ///   - keptUntilExit: the value is static; its folder goes at the end of the process.
    package init(for arguments: [String], keptUntilExit: Bool = false) throws {
        folder = try ScratchFolder("certificates")
        try Self.make(["-o", folder.path] + arguments)
        if keptUntilExit { Self.removeAtExit(folder.path) }
    }

    /// A certificate of the same authority for a client.
    package func makeClient(_ name: String, _ options: [String] = []) throws -> (chain: String, key: String) {
        try Self.make(["-o", folder.path, "--client"] + options + [name])
        return (folder.path("client-\(name).pem"), folder.path("client-\(name)-key.pem"))
    }

    /// Takes back what `makeClient` has made for these names, besides those before.
    ///
    /// - Returns: the path of the list.
    @discardableResult
    package func revoke(_ names: String..., options: [String] = []) throws -> String {
        try Self.make(["-o", folder.path] + options + ["--revoke"] + names)
        return folder.path("ca-crl.pem")
    }

    private static func make(_ arguments: [String]) throws {
        let made = try RunningProgram.run(repository + "/certs-example/make-certificates", arguments)
        guard made.status == 0 else { throw NotMade(reason: made.error) }
    }

    private static func removeAtExit(_ path: String) {
        let count = kept.withLock { kept in
            kept.append(path)
            return kept.count
        }
        guard count == 1 else { return }
        atexit {
            for path in ExampleCertificates.kept.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
        }
    }

    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
}
