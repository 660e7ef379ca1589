import TestSupport
import Testing

/// `adduser --role`.
@Suite("adduser and roles")
struct AddUserRoleTests {
    private let scratch: ScratchFolder
    private let cheapest = ["--memory", "19456", "--iterations", "2", "--parallelism", "1"]

    init() throws {
        scratch = try ScratchFolder("adduser-roles")
    }

    @Test("a role is set with the user or without a password, is listed, and goes; no other word is one")
    func role() throws {
        func adduser(_ arguments: String..., input: String = "") throws -> RunningProgram.Outcome {
            try RunningProgram.run(
                Binaries.adduser, ["-f", "users"] + arguments, folder: scratch.path, standardInput: input)
        }
        try scratch.write("bob:\(PasswordFileTests.cheap)\n", to: "users")
        let added = try RunningProgram.run(
            Binaries.adduser, ["-f", "users", "-u", "anna", "--role", "viewer", "--force"] + cheapest,
            folder: scratch.path, standardInput: "secret\n")
        #expect(added.status == 0, "\(added.error)")
        #expect(try adduser("--list").output == "bob\nanna role=viewer\n")
        #expect(
            try adduser("--update", "-u", "anna", "--role=admin").output == "role of user anna changed in users\n")
        #expect(
            try adduser("--list").output == "bob\nanna role=admin\n")
        for wrong in ["Admin", "root", ""] {
            let refused = try adduser("--update", "-u", "anna", "--role=\(wrong)")
            #expect(refused.status == 64 && isOneLine(refused.error) && refused.error.contains("--role"))
        }
        #expect(try adduser("--update", "-u", "anna", "--role", "none").status == 0)
        #expect(try adduser("--list").output == "bob\nanna\n")
        #expect(try adduser("--remove", "-u", "anna", "--role", "admin").status == 64)
    }
}
