import Accounts
import Domain
import Foundation
import Platform
import TestSupport
import Testing

@Suite("adduser")
struct AddUserTests {
    private let scratch: ScratchFolder
    private let cheapest = ["--memory", "19456", "--iterations", "2", "--parallelism", "1"]

    init() throws {
        scratch = try ScratchFolder("adduser")
    }

    /// Whatever password it is: PasswordStrengthTests are about that.
    private func adduser(_ arguments: String..., input: String = "") throws -> RunningProgram.Outcome {
        let force = input.isEmpty || arguments.contains("--remove") ? [] : ["--force"]
        return try RunningProgram.run(Binaries.adduser, arguments + force, folder: scratch.path, standardInput: input)
    }

    /// What the server would say to a login.
    private func login(_ name: String, _ password: String) throws -> AccountDirectory.Verdict {
        let accounts = try AccountDirectory(path: scratch.path("users")) { _ in }
        return try SecretBytes(password.utf8).withBytes { try accounts.verify(user: name.utf8, password: $0) }
    }

    @Test("a user is added with the password that stands on standard input, and can log in")
    func add() throws {
        let outcome = try adduser("-u", "anna", "-f", "users", input: "correct horse \nignored\n")
        #expect(outcome.status == 0)
        #expect(outcome.output == "user anna added to users\n")
        #expect(outcome.error.isEmpty)
        #expect(try login("anna", "correct horse ") == .accepted(UserName("anna")))
        #expect(try login("anna", "correct horse") == .wrongPassword)
        #expect(try scratch.permissions(of: "users") == 0o600)
        #expect(try scratch.text(of: "users").hasPrefix("anna:$argon2id$v=19$m=65536,t=3,p=4$"))
    }

    @Test(
        "the forms that the original documents work, with a warning",
        arguments: [
            ["-u", "anna", "-p", "geheim-wie-nie", "-f", "users"], ["-u=anna", "-p=geheim-wie-nie", "-f=users"],
            ["--username=anna", "--password=geheim-wie-nie", "--filename=users"],
            ["--username", "anna", "--password", "geheim-wie-nie", "--filename", "users"],
        ])
    func originalForms(_ arguments: [String]) throws {
        let outcome = try RunningProgram.run(Binaries.adduser, arguments + cheapest, folder: scratch.path)
        #expect(outcome.status == 0)
        #expect(outcome.error.contains("warning"))
        #expect(!outcome.error.contains("geheim") && !outcome.output.contains("geheim"))
        #expect(try login("anna", "geheim-wie-nie") == .accepted(UserName("anna")))
    }

    @Test("the cost of the hash can be chosen")
    func cost() throws {
        _ = try adduser(
            "-u", "anna", "-f", "users", "--memory", "20000", "--iterations", "4", "--parallelism", "2", input: "p\n")
        #expect(try scratch.text(of: "users").hasPrefix("anna:$argon2id$v=19$m=20000,t=4,p=2$"))
    }

    @Test(
        "the cost can't be less than OWASP's minimum, nor absurd",
        arguments: [["--memory", "19455"], ["--memory", "1048577"], ["--iterations", "1"], ["--parallelism", "0"]])
    func costLimits(_ options: [String]) throws {
        let outcome = try RunningProgram.run(
            Binaries.adduser, ["-u", "anna", "-f", "users", "--force"] + options, folder: scratch.path,
            standardInput: "p\n")
        #expect(outcome.status == 64)
        #expect(outcome.error.contains(options[0]))
        #expect(try scratch.names().isEmpty)
    }

    @Test("a name that is taken is refused, before a password is asked for", arguments: ["anna", "ANNA"])
    func duplicate(_ name: String) throws {
        try scratch.write("anna:\(PasswordFileTests.cheap)\n", to: "users")
        let outcome = try adduser("-u", name, "-f", "users")
        #expect(outcome.status == 73)
        #expect(isOneLine(outcome.error) && outcome.error.contains("line 1") && outcome.error.contains("--update"))
        #expect(try scratch.text(of: "users") == "anna:\(PasswordFileTests.cheap)\n")
    }

    @Test(
        "a bad name is refused with the reason",
        arguments: ["", ".x", "a/b", "../x", "a:b", "a#b", "con", "a b", "a\nb"])
    func badName(_ name: String) throws {
        let outcome = try adduser("-u", name, "-f", "users", input: "p\n")
        #expect(outcome.status == (name.isEmpty ? 64 : 65))
        #expect(isOneLine(outcome.error))
        #expect(try scratch.names().isEmpty)
    }

    @Test(
        "a bad password is refused",
        arguments: ["", "\n", "\r\n", String(repeating: "x", count: 1025) + "\n", String(repeating: "x", count: 9999)])
    func badPassword(_ input: String) throws {
        let outcome = try adduser("-u", "anna", "-f", "users", input: input)
        #expect(outcome.status == 65)
        #expect(isOneLine(outcome.error) && outcome.error.contains("password must not be"))
        #expect(try scratch.names().isEmpty)
    }

    @Test("--update changes the password of one user")
    func update() throws {
        _ = try adduser("-u", "anna", "-f", "users", input: "old\n")
        _ = try adduser("-u", "bob", "-f", "users", input: "old\n")
        let outcome = try adduser("--update", "-u", "anna", "-f", "users", input: "new\n")
        #expect(outcome.status == 0)
        #expect(try login("anna", "new") == .accepted(UserName("anna")))
        #expect(try login("anna", "old") == .wrongPassword)
        #expect(try login("bob", "old") == .accepted(UserName("bob")))
    }

    @Test("--remove takes one user out")
    func remove() throws {
        let line = PasswordFileTests.cheap
        try scratch.write("# family\nanna:\(line)\n\nbob:\(line)\n", to: "users")
        let outcome = try adduser("--remove", "-u", "anna", "-f", "users")
        #expect(outcome.status == 0 && outcome.output.contains("removed"))
        #expect(try scratch.text(of: "users") == "# family\n\nbob:\(line)\n")
    }

    @Test("who isn't there can be neither changed nor removed", arguments: ["--update", "--remove"])
    func noUser(_ task: String) throws {
        #expect(try adduser(task, "-u", "anna", "-f", "users", input: "p\n").status == 66)
        try scratch.write("# nobody\n", to: "users")
        let outcome = try adduser(task, "-u", "anna", "-f", "users", input: "p\n")
        #expect(outcome.status == 67)
        #expect(isOneLine(outcome.error) && outcome.error.contains("anna"))
    }

    @Test(
        "users of a Dropzone-backup server are taken over, and who can't be is named with the reason, without secrets")
    func importDropzone() throws {
        let hash = PasswordFileTests.cheap
        let lines = [
            "# username:upload_dir_prefix:permission_flags:password_hash", "", "anna::W:\(hash)",
            "bob:in/camera:W:\(hash)",
            "carl::W:", "dora::W:\(hash.replacing("argon2id", with: "argon2i"))", "emil:../x:W:\(hash)",
            "fay:::\(hash)",
            "a b::W:\(hash)", "secret", "anna:other:W:\(hash)",
        ]
        try scratch.write(lines.joined(separator: "\r\n"), to: "passwd")
        try scratch.write("zoe:\(hash)\n", to: "users")
        let outcome = try adduser("--import-dropzone", "passwd", "-f", "users")
        #expect(outcome.status == 65 && outcome.output == "user anna added to users\nuser bob added to users\n")
        #expect(try scratch.text(of: "users") == "zoe:\(hash)\nanna:\(hash)\nbob:\(hash):prefix=in/camera\n")
        let complaints = outcome.error.split(separator: "\n").map(String.init)
        let expected = [
            (5, "user carl", "no password"), (6, "user dora", "new password"), (7, "user emil", "prefix"),
            (8, "user fay", "permission"), (9, "a user", "may hold only"), (10, "a user", "login:prefix"),
            (11, "user anna", "already"),
        ]
        #expect(complaints.count == expected.count + 1)
        for (complaint, (line, who, why)) in zip(complaints, expected) {
            #expect(complaint.contains("line \(line): \(who) ") && complaint.contains(why), "\(complaint)")
        }
        #expect(!outcome.error.contains("argon2i$") && !outcome.error.contains("secret"))
        // Again, nothing is added; the same again is no complaint.
        let again = try adduser("--import-dropzone", "passwd", "-f", "users")
        #expect(again.output.isEmpty && again.error == outcome.error)
        try scratch.write("anna::W:\(hash)\n", to: "passwd")
        #expect(try adduser("--import-dropzone", "passwd", "-f", "users").status == 0)
        #expect(try adduser("--import-dropzone", "nothing", "-f", "users").status == 66)
        #expect(try adduser("--import-dropzone", "passwd", "-u", "anna", "-f", "users").status == 64)
        #expect(try adduser("--import-dropzone", "passwd", "--list", "-f", "users").status == 64)
    }

    @Test("--list shows the names, and tells of lines that aren't right")
    func list() throws {
        try scratch.write(
            "anna:\(PasswordFileTests.cheap)\nbob:hunter2\ncarl#\(PasswordFileTests.cheap)\n", to: "users")
        let outcome = try adduser("--list", "-f", "users")
        #expect(outcome.status == 0)
        #expect(outcome.output == "anna\ncarl\n")
        #expect(outcome.error.contains("line 2") && !outcome.error.contains("hunter2"))
    }

    @Test(
        "what doesn't go together is refused",
        arguments: [
            ["-f", "users"], ["-u", "anna"], ["--list", "--remove", "-f", "users"],
            ["--list", "-u", "anna", "-f", "users"],
            ["--remove", "-u", "anna", "-p", "x", "-f", "users"], ["-u", "anna", "-f", "users", "more"],
        ])
    func usage(_ arguments: [String]) throws {
        try scratch.write("anna:\(PasswordFileTests.cheap)\n", to: "users")
        let outcome = try RunningProgram.run(Binaries.adduser, arguments, folder: scratch.path)
        #expect(outcome.status == 64)
        #expect(isOneLine(outcome.error) && outcome.error.contains("try --help"))
        #expect(try scratch.text(of: "users") == "anna:\(PasswordFileTests.cheap)\n")
    }

    @Test(
        "a bare name is told where to stand, and its text isn't shown", arguments: [["anna"], ["anna", "-f", "users"]])
    func bareName(_ arguments: [String]) throws {
        let outcome = try RunningProgram.run(Binaries.adduser, arguments, folder: scratch.path)
        #expect(outcome.status == 64)
        #expect(isOneLine(outcome.error) && outcome.error.contains("adduser -u NAME -f FILE"))
        #expect(!outcome.error.contains("anna"))
    }

    @Test("a byte-order mark before the password on standard input is no part of it")
    func byteOrderMark() throws {
        #expect(try adduser("-u", "anna", "-f", "users", input: "\u{feff}geheim\r\n").status == 0)
        #expect(try login("anna", "geheim") == .accepted(UserName("anna")))
    }

    @Test("a file in UTF-16, and a folder, are refused with the reason, and stay as they are")
    func strangeFiles() throws {
        let wide: [UInt8] = [0xff, 0xfe, 0x61, 0, 0x0a, 0]
        try scratch.write(wide, to: "users")
        let outcome = try adduser("-u", "anna", "-f", "users", input: "p\n")
        #expect(outcome.status == 65)
        #expect(isOneLine(outcome.error) && outcome.error.contains("users is UTF-16"))
        #expect(try scratch.bytes(of: "users") == wide)
        try scratch.makeFolder("folder")
        let folder = try adduser("-u", "anna", "-f", "folder", input: "p\n")
        #expect(folder.status == 66)
        #expect(isOneLine(folder.error) && folder.error.contains("folder: Is a directory"))
    }

    @Test("it calls itself by the name by which it was started")
    func startedName() throws {
        let name = "auto-upload-adduser"
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path(name), withDestinationPath: Binaries.adduser)
        let help = try RunningProgram.run(scratch.path(name), ["--help"])
        #expect(help.output.hasPrefix("Usage: \(name) -f FILE"))
        #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(try RunningProgram.run(scratch.path(name), ["--version"]).output.hasPrefix("\(name) "))
        let wrong = try RunningProgram.run(scratch.path(name), ["anna"])
        #expect(
            wrong.error.hasPrefix("\(name): ") && wrong.error.contains("(the user's name stands behind -u: \(name) -u"))
    }

    @Test("two at once both land")
    func concurrent() throws {
        let programs = try (0..<6).map {
            try RunningProgram(
                Binaries.adduser, ["-u", "user\($0)", "-f", "users", "--force"] + cheapest, folder: scratch.path,
                standardInput: "p\n")
        }
        for program in programs { #expect(try program.waitForEnd().status == 0) }
        let names = PasswordFile(try scratch.bytes(of: "users")).names.map(\.text)
        #expect(names.sorted() == (0..<6).map { "user\($0)" })
    }

    @Test("a password in the arguments is gone from them at once")
    func argumentsAreOverwritten() throws {
        let lock = try Directory.open(path: scratch.path).open(
            #require(FileName(".users.lock")), .openingOrCreating(permissions: 0o600))
        #expect(try lock.tryLock(exclusive: true))
        // It warns after reading its arguments, and then waits for the lock that is held here.
        let program = try RunningProgram(
            Binaries.adduser,
            ["-u", "anna", "-p", "hunter2", "--password=hunter2", "-phunter2", "-f", "users", "--force"] + cheapest,
            folder: scratch.path)
        #expect(program.waitForLine(.error, containing: "warning") != nil)
        let shown = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(program.processID)/cmdline"))
        // Where the program lies says nothing: any folder may have such a name.
        let arguments = shown.split(separator: 0).dropFirst().map { String(decoding: $0, as: UTF8.self) }
        #expect(arguments.contains("anna") && arguments.contains("users"))
        #expect(!arguments.contains { $0.contains("hunter2") || $0.contains("h") && $0.contains("2") })
        try lock.close()
        #expect(try program.waitForEnd().status == 0)
        #expect(try login("anna", "hunter2") == .accepted(UserName("anna")))
    }

    @Test(
        "at a terminal it asks twice and shows nothing", arguments: [("geheim", "geheim", 0), ("geheim", "gehein", 65)])
    func terminal(_ first: String, _ second: String, status: Int32) throws {
        let terminal = try PseudoTerminal()
        let program = try RunningProgram(
            Binaries.adduser, ["-u", "anna", "-f", "users", "--force"] + cheapest, folder: scratch.path,
            terminal: terminal)
        #expect(program.waitForText(.error, "Password for anna: "))
        terminal.type(first + "\n")
        #expect(program.waitForText(.error, "The same again: "))
        terminal.type(second + "\n")
        let outcome = try program.waitForEnd()
        #expect(outcome.status == status)
        #expect(!terminal.shown().contains("gehei"))
        #expect(terminal.echoes)
        if status == 0 { #expect(try login("anna", "geheim") == .accepted(UserName("anna"))) }
    }

    @Test("interrupted at the question, it leaves the terminal as it was and adds nobody")
    func interrupted() throws {
        let terminal = try PseudoTerminal()
        let program = try RunningProgram(
            Binaries.adduser, ["-u", "anna", "-f", "users"], folder: scratch.path, terminal: terminal)
        #expect(program.waitForText(.error, "Password for anna: "))
        #expect(!terminal.echoes)
        program.signal(SIGTERM)
        let outcome = try program.waitForEnd()
        #expect(outcome.status == 128 + SIGTERM, "\(outcome)")
        #expect(terminal.echoes)
        #expect(try scratch.names().isEmpty)
    }

    @Test("--help and --version work without anything else")
    func help() throws {
        let help = try adduser("--help")
        #expect(help.status == 0 && help.error.isEmpty)
        #expect(help.output.hasPrefix("Usage: adduser") && help.output.contains("--parallelism N"))
        #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let version = try adduser("--version")
        #expect(version.status == 0 && version.output.hasPrefix("adduser "))
    }

    @Test("a folder that isn't there, and one that can't be written to, are named")
    func folders() throws {
        let missing = try adduser("-u", "anna", "-f", "none/users", input: "p\n")
        #expect(missing.status == 66)
        #expect(isOneLine(missing.error) && missing.error.contains("none"))
        let process = try adduser("-u", "anna", "-f", "/proc/users", input: "p\n")
        #expect(process.status == 73)
        #expect(isOneLine(process.error) && process.error.contains("/proc/users"))
    }
}
