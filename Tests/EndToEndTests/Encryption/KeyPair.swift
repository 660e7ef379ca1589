import Foundation
import TestSupport

/// A key pair that the client made, and what is decrypted by it.
struct KeyPair: Sendable {
    let scratch: ScratchFolder
    let recipient: String

    init() throws {
        scratch = try ScratchFolder("keys")
        let made = try RunningProgram.run(Binaries.client, ["keygen", scratch.path("key")])
        guard made.status == 0, let recipient = made.output.split(separator: " ").last else {
            throw Failure("keygen: \(made.error)")
        }
        self.recipient = String(recipient).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    var identity: String { scratch.path("key") }
    /// What the client takes to encrypt to it.
    var options: [String] { ["-e", "y", "--recipient", recipient] }

    /// What a folder holds once it is decrypted: path → SHA-256.
    func decrypted(_ folder: String) throws -> [String: String] {
        let name = "plain-\(UUID().uuidString)"
        let plain = try scratch.makeFolder(name)
        let outcome = try RunningProgram.run(
            Binaries.client, ["decrypt", folder, "--into", plain, "--identity", identity], seconds: 300)
        guard outcome.status == 0 else { throw Failure("decrypt: \(outcome.status) \(outcome.error)") }
        return try Tree.digests(of: plain)
    }

    /// The same of what is stored for a user.
    func decrypted(_ site: Site) throws -> [String: String] {
        try decrypted(site.storage + "/" + Fixtures.user)
    }
}

extension TestClient {
    /// Makes a single pass that encrypts.
    func pass(_ keys: KeyPair, _ options: String..., seconds: Double = 300) throws -> RunningProgram.Outcome {
        try RunningProgram.run(
            Binaries.client, arguments(["--once"] + keys.options + options), environment: environment, seconds: seconds)
    }
}
