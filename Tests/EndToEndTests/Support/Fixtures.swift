import TestSupport

/// What every server of these tests needs and can share: certificates, and users with cheap hashes. Made once, by the
/// repository's own script and the real adduser.
enum Fixtures {
    static let user = "camera"
    static let password = "correct horse battery"
    static let otherUser = "phone"
    static let otherPassword = "staple 9000"

    static let certificates = Result {
        try ExampleCertificates(for: ["127.0.0.1", "::1", "localhost"], keptUntilExit: true)
    }

    /// Of an authority that has signed nothing else here.
    static let others = Result { try ExampleCertificates(for: ["localhost"], keptUntilExit: true) }

    static let users = Result {
        let folder = try ScratchFolder("users")
        let file = folder.path("users")
        try addUser(user, password, to: file)
        try addUser(otherUser, otherPassword, to: file)
        return try folder.bytes(of: "users")
    }

    static func addUser(_ name: String, _ password: String, to file: String, hash: [String] = cheapHash) throws {
        let added = try RunningProgram.run(
            Binaries.adduser, ["-u", name, "-f", file, "--force"] + hash, standardInput: password + "\n")
        guard added.status == 0 else { throw Failure("adduser: \(added.error)") }
    }

    static func removeUser(_ name: String, from file: String) throws {
        let removed = try RunningProgram.run(Binaries.adduser, ["--remove", "-u", name, "-f", file])
        guard removed.status == 0 else { throw Failure("adduser --remove: \(removed.error)") }
    }

    /// The floor of what adduser takes.
    static let cheapHash = ["--memory", "19456", "--iterations", "2", "--parallelism", "1"]

    /// A quarter of a second or so.
    static let dearHash = ["--memory", "131072", "--iterations", "4", "--parallelism", "1"]
}

/// Why a test can't go on.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
