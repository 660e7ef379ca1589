import Foundation
import TestSupport

/// What every server of these tests needs and can share: certificates, and users with cheap hashes. Made once, by the
/// repository's own script and the real adduser.
enum Fixtures {
    static let user = "camera"
    static let password = "correct horse battery"
    static let otherUser = "phone"
    static let otherPassword = "staple 9000"

    static let certificates: Result<Certificates, any Error> = Result {
        // Nothing destroys what is static.
        atexit { try? FileManager.default.removeItem(atPath: Fixtures.certificates.get().folder.path) }
        return try makeCertificates(for: "127.0.0.1", "::1", "localhost")
    }
    static let users = Result {
        let folder = try ScratchFolder("users")
        let file = folder.path("users")
        try addUser(user, password, to: file)
        try addUser(otherUser, otherPassword, to: file)
        return try folder.bytes(of: "users")
    }

    /// A certificate, its key, and the authority that signed it.
    struct Certificates: Sendable {
        let folder: ScratchFolder
        var authority: String { folder.path("ca.pem") }
        var chain: String { folder.path("server.pem") }
        var key: String { folder.path("server-key.pem") }
    }

    /// - Parameter arguments: of certs-example/make-certificates, names and options.
    /// An authority that has signed nothing here.
    static let otherAuthority: Result<String, any Error> = Result {
        let folder = try certificates.get().folder
        let other = try makeCertificates(for: "localhost")
        return try folder.write(try other.folder.bytes(of: "ca.pem"), to: "other-ca.pem")
    }

    static func makeCertificates(for arguments: String...) throws -> Certificates {
        let folder = try ScratchFolder("certificates")
        let script = repository + "/certs-example/make-certificates"
        let made = try RunningProgram.run(script, ["-o", folder.path] + arguments)
        guard made.status == 0 else { throw Failure("make-certificates: \(made.error)") }
        return Certificates(folder: folder)
    }

    static func addUser(_ name: String, _ password: String, to file: String) throws {
        let added = try RunningProgram.run(
            Binaries.adduser, ["-u", name, "-f", file] + cheapHash, standardInput: password + "\n")
        guard added.status == 0 else { throw Failure("adduser: \(added.error)") }
    }

    static func removeUser(_ name: String, from file: String) throws {
        let removed = try RunningProgram.run(Binaries.adduser, ["--remove", "-u", name, "-f", file])
        guard removed.status == 0 else { throw Failure("adduser --remove: \(removed.error)") }
    }

    /// The floor of what adduser takes.
    private static let cheapHash = ["--memory", "19456", "--iterations", "2", "--parallelism", "1"]

    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
}

/// Why a test can't go on.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
