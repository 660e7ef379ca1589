import Accounts
import Domain
import Platform
import TestSupport
import Testing

/// What adduser sets for a user besides the password.
@Suite("adduser's settings")
struct AddUserSettingsTests {
    private let scratch: ScratchFolder
    private let cheapest = ["--memory", "19456", "--iterations", "2", "--parallelism", "1"]

    init() throws {
        scratch = try ScratchFolder("adduser")
    }

    private func adduser(_ arguments: String..., input: String = "") throws -> RunningProgram.Outcome {
        try RunningProgram.run(
            Binaries.adduser, ["-u", "anna", "-f", "users", "--force"] + arguments + cheapest, folder: scratch.path,
            standardInput: input)
    }

    /// What the server would say to a login.
    private func login(_ name: String, _ password: String) throws -> AccountDirectory.Verdict {
        let accounts = try AccountDirectory(path: scratch.path("users")) { _ in }
        return try SecretBytes(password.utf8).withBytes { try accounts.verify(user: name.utf8, password: $0) }
    }

    @Test("a quota is set with the user, kept with another password, changed without one, and removed")
    func quota() throws {
        func quota() throws -> UInt64? {
            try #require(PasswordFile(try scratch.bytes(of: "users")).entry(for: UserName("anna"))).settings.quota
        }
        #expect(try adduser("--quota", "2G", input: "old\n").status == 0)
        #expect(try quota() == 2 << 30)
        #expect(try adduser("--update", input: "new\n").status == 0)
        #expect(try quota() == 2 << 30 && login("anna", "new") == .accepted(UserName("anna")))
        let changed = try adduser("--update", "--quota=500M")
        #expect(changed.output == "quota of user anna changed in users\n")
        #expect(try quota() == 500 << 20 && login("anna", "new") == .accepted(UserName("anna")))
        #expect(try adduser("--update", "--quota", "7", "-p", "newer").status == 0)
        #expect(try quota() == 7 && login("anna", "newer") == .accepted(UserName("anna")))
        #expect(try adduser("--update", "--quota", "none").status == 0)
        #expect(try quota() == nil && login("anna", "newer") == .accepted(UserName("anna")))
        for wrong in ["1GB", "", "-1", "x"] {
            let refused = try adduser("--update", "--quota", wrong)
            #expect(refused.status == 64 && isOneLine(refused.error) && refused.error.contains("--quota"))
        }
        #expect(try adduser("--remove", "--quota", "1").status == 64)
    }

    @Test("a prefix is set with the user, kept with another password and quota, changed without one, and taken off")
    func prefix() throws {
        func settings() throws -> String {
            let entry = PasswordFile(try scratch.bytes(of: "users")).entry(for: try UserName("anna"))
            let settings = try #require(entry).settings
            return "\(settings.prefix?.path.description ?? "-") \(settings.quota ?? 0)"
        }
        #expect(try adduser("--prefix", "in/camera 1", input: "old\n").status == 0)
        #expect(try adduser("--update", input: "new\n").status == 0)
        #expect(try adduser("--update", "--quota", "7").output == "quota of user anna changed in users\n")
        #expect(try settings() == "in/camera 1 7" && login("anna", "new") == .accepted(UserName("anna")))
        #expect(try adduser("--update", "--prefix=b").output == "prefix of user anna changed in users\n")
        #expect(try settings() == "b 7")
        for wrong in ["/a", "a/", "a/../b", "a:b", "a\nb", String(repeating: "a/", count: 300) + "a"] {
            let refused = try adduser("--update", "--prefix", wrong)
            #expect(refused.status == 64 && isOneLine(refused.error) && refused.error.contains("--prefix"))
        }
        let both = try adduser("--update", "--prefix", "", "--quota", "none")
        #expect(both.output == "quota and prefix of user anna changed in users\n")
        #expect(try settings() == "- 0" && login("anna", "new") == .accepted(UserName("anna")))
        #expect(try adduser("--remove", "--prefix", "a").status == 64)
    }
}
