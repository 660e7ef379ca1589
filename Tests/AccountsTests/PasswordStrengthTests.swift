import Accounts
import Foundation
import TestSupport
import Testing

/// Which new passwords `adduser` takes.
@Suite("Strength of passwords")
struct PasswordStrengthTests {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder("strength")
    }

    private func adduser(_ arguments: String..., password: String) throws -> RunningProgram.Outcome {
        try RunningProgram.run(
            Binaries.adduser,
            ["-f", "users", "-u", "anna.backup", "--memory", "19456", "--iterations", "2", "--parallelism", "1"]
                + arguments, folder: scratch.path, standardInput: password + "\n")
    }

    @Test(
        "a weak one is refused with the reason and without its text, and taken by force",
        arguments: [
            ("qX7+bz2", "fewer than 8 characters"), ("ÄÖÜß€qX", "fewer than 8 characters"),
            ("zqzqzqzqzqzq", "too few different characters"), ("12345678: OK", "runs on"), ("hgfedcba9", "runs on"),
            ("Anna.Backup1+z", "the user's name"),
        ])
    func weak(_ password: String, _ reason: String) throws {
        let refused = try adduser(password: password)
        #expect(refused.status == 65)
        #expect(isOneLine(refused.error) && refused.error.contains(reason) && refused.error.contains("--force"))
        #expect(!refused.error.contains(password) && refused.output.isEmpty)
        #expect(try scratch.names().isEmpty)
        #expect(try adduser("--force", password: password).status == 0)
        // The same goes for another password.
        #expect(try adduser("--update", password: password).status == 65)
        let file = PasswordFile(try scratch.bytes(of: "users"))
        #expect(file.names.map(\.text) == ["anna.backup"])
    }

    // The last one has as many neighbours as chance brings.
    @Test(
        "others are taken",
        arguments: [
            "qX7+bz2k", "ÄÖÜß€qX:", "a: b: c: OK", "\u{1}\u{7f}: kq92", "anna.backup kq92",
            "0a1b2c32d4e5fba98d7c6e0f10ab23cd",
        ])
    func strong(_ password: String) throws {
        let added = try adduser(password: password)
        #expect(added.status == 0 && added.error.isEmpty, "\(added)")
    }

    private static let isCracklibThere = FileManager.default.isExecutableFile(atPath: "/usr/sbin/cracklib-check")

    @Test(
        "cracklib is asked where it is there", .enabled(if: isCracklibThere, "cracklib-check isn't there"),
        arguments: ["password1", "drowssap", "basketball"])
    func cracklib(_ password: String) throws {
        let refused = try adduser(password: password)
        #expect(refused.status == 65 && isOneLine(refused.error), "\(refused)")
        #expect(!refused.error.contains(password))
    }
}
