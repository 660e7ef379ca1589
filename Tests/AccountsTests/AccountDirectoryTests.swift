import Accounts
import Foundation
import Glibc
import Platform
import TestSupport
import Testing

@Suite("Logging in")
struct AccountDirectoryTests {
    private let scratch: ScratchFolder
    private let warnings = Lines()
    /// Of the password "p".
    private let line = "anna:\(PasswordFileTests.cheap)\n"

    init() throws {
        scratch = try ScratchFolder("accounts")
    }

    /// More than the thread that looks at the file takes to come to its turn, be the machine ever so busy.
    private static let patience = 600.0

    private func open(
        _ text: String, permissions: Int = 0o600, patience: Double = Self.patience
    ) throws -> AccountDirectory {
        let path = try scratch.write(text, to: "users", permissions: permissions)
        return try AccountDirectory(path: path, patience: patience) { [warnings] in warnings.add($0) }
    }

    private func login(_ accounts: AccountDirectory, _ user: String, _ password: String) throws
        -> AccountDirectory.Verdict
    {
        try SecretBytes(password.utf8).withBytes { try accounts.verify(user: user.utf8, password: $0) }
    }

    @Test("the right password is taken, a wrong one isn't")
    func passwords() throws {
        let accounts = try open(line)
        #expect(try login(accounts, "anna", "p") == .accepted(UserName("anna")))
        #expect(try login(accounts, "anna", "P") == .wrongPassword)
        #expect(try login(accounts, "anna", "p\0") == .wrongPassword)
        #expect(warnings.all.isEmpty)
    }

    @Test("a file that doesn't answer keeps nobody from logging in by what was read before")
    func hanging() throws {
        let accounts = try open(line, patience: 0.05)
        let path = scratch.path("users")
        try FileManager.default.removeItem(atPath: path)
        // Who opens this to read waits until somebody writes.
        try #require(unsafe mkfifo(path, 0o600) == 0)
        for _ in 0..<3 { #expect(try login(accounts, "anna", "p") == .accepted(UserName("anna"))) }
        // Who looks at it reads its end now, and finds that it isn't a file.
        let writer = unsafe Glibc.open(path, O_WRONLY)
        #expect(awaited { !warnings.all.isEmpty })
        close(writer)
        try FileManager.default.removeItem(atPath: path)
        try scratch.write("", to: "users", permissions: 0o600)
        #expect(try awaited { try login(accounts, "anna", "p") == .unknownUser })
    }

    /// Waits until something holds, however long a busy machine takes for it.
    private func awaited(_ holds: () throws -> Bool) rethrows -> Bool {
        let deadline = Deadline.after(seconds: Self.patience)
        while try !holds(), !deadline.hasPassed { Thread.sleep(seconds: 0.01) }
        return try holds()
    }

    @Test("a file in UTF-16 is refused at the start, and not used later", arguments: [[0xff, 0xfe], [0xfe, 0xff]])
    func utf16(_ mark: [UInt8]) throws {
        let wide = mark + line.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        let path = try scratch.write(wide, to: "users")
        let error = #expect(throws: PasswordFileError.self) { try AccountDirectory(path: path) { _ in } }
        #expect(error?.description.contains("UTF-16") == true && error?.description.contains(path) == true)
        let accounts = try open(line)
        try scratch.write(wide, to: "users")
        #expect(try login(accounts, "anna", "p") == .accepted(UserName("anna")))
        #expect(warnings.all.contains { $0.contains("UTF-16") })
    }

    @Test(
        "a name that isn't there costs one hash as well",
        arguments: [
            "anna", "bob", "Anna", "broken", "seed", "", "a/../b", "\u{0}", String(repeating: "a", count: 5000),
        ])
    func cost(_ user: String) throws {
        let accounts = try open(line + "broken:x\nseed#JBSWY3DPEHPK3PXP#\(PasswordFileTests.cheap)\n")
        let verdict = try login(accounts, user, "wrong")
        // That one has a seed says nothing of the password: the code is the gate's matter.
        let isThere = ["anna", "seed"].contains(user)
        #expect(verdict == (isThere ? .wrongPassword : .unknownUser))
        #expect(accounts.hashCount == 1)
        #expect(try login(accounts, user, "p") == (isThere ? .accepted(UserName(user)) : .unknownUser))
        #expect(accounts.hashCount == 2)
    }

    @Test("what can't be a password costs nothing, whoever asks", arguments: ["anna", "bob"])
    func unusable(_ user: String) throws {
        let accounts = try open(line)
        #expect(try login(accounts, user, "") == .unusablePassword)
        #expect(try login(accounts, user, String(repeating: "p", count: 1025)) == .unusablePassword)
        #expect(accounts.hashCount == 0)
        #expect(try login(accounts, user, String(repeating: "p", count: 1024)) != .unusablePassword)
        #expect(accounts.hashCount == 1)
    }

    @Test("a change counts at the next login, however it was made")
    func changes() throws {
        let accounts = try open(line)
        #expect(try login(accounts, "bob", "p") == .unknownUser)
        try scratch.write(line + line.replacing("anna", with: "bob"), to: "users")
        #expect(try login(accounts, "bob", "p") == .accepted(UserName("bob")))
        #expect(accounts.entry(named: "bob".utf8) != nil)
        // As long as before, in place, and perhaps within one tick of the file system's clock.
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch.path("users")))
        try handle.write(contentsOf: Data("carl".utf8))
        try handle.close()
        #expect(try login(accounts, "anna", "p") == .unknownUser)
        #expect(try login(accounts, "carl", "p") == .accepted(UserName("carl")))
        #expect(accounts.entry(named: "anna".utf8) == nil)
    }

    @Test("an old file isn't read again, as long as it stays")
    func settled() throws {
        let path = try scratch.write(line, to: "users")
        let longAgo = Date(timeIntervalSince1970: 1_600_000_000)
        try FileManager.default.setAttributes([.modificationDate: longAgo], ofItemAtPath: path)
        let accounts = try AccountDirectory(path: path, patience: Self.patience) { [warnings] in warnings.add($0) }
        #expect(try login(accounts, "anna", "p") == .accepted(UserName("anna")))
        try scratch.write(line.replacing("anna", with: "anni"), to: "users")
        try FileManager.default.setAttributes([.modificationDate: longAgo], ofItemAtPath: path)
        #expect(try login(accounts, "anni", "p") == .accepted(UserName("anni")))
    }

    @Test("a file that can't be used any longer leaves the old one in force, with one warning")
    func unreadable() throws {
        let accounts = try open(line)
        try FileManager.default.removeItem(atPath: scratch.path("users"))
        for _ in 0..<3 { #expect(try login(accounts, "anna", "p") == .accepted(UserName("anna"))) }
        #expect(warnings.all.count == 1)
        #expect(warnings.all.first?.contains("No such file") == true)

        try scratch.write(line.replacing("anna", with: "bob"), to: "users", permissions: 0o644)
        for _ in 0..<3 { #expect(try login(accounts, "bob", "p") == .unknownUser) }
        #expect(warnings.all.count == 2)
        #expect(warnings.all.last?.contains("chmod o=") == true)

        try scratch.setPermissions(0o640, of: "users")
        #expect(try login(accounts, "bob", "p") == .accepted(UserName("bob")))
        #expect(try login(accounts, "anna", "p") == .unknownUser)
        #expect(warnings.all.count == 2)
    }

    @Test("a file that comes back as it was counts again, and is warned of when it goes again")
    func back() throws {
        let accounts = try open(line)
        for warnedOf in 1...2 {
            try FileManager.default.removeItem(atPath: scratch.path("users"))
            #expect(try login(accounts, "anna", "p") == .accepted(UserName("anna")))
            #expect(warnings.all.count == warnedOf)
            try scratch.write(line, to: "users")
            #expect(try login(accounts, "anna", "p") == .accepted(UserName("anna")))
            #expect(warnings.all.count == warnedOf)
        }
    }

    @Test("lines that aren't right are reported once, without what they say")
    func problems() throws {
        let accounts = try open(line + "bob:hunter2\n")
        for _ in 0..<3 { _ = try login(accounts, "bob", "hunter2") }
        #expect(warnings.all.count == 1)
        #expect(warnings.all.first?.contains("line 2: ") == true)
        #expect(warnings.all.first?.contains("hunter2") == false)
        try scratch.write("carl:hunter3\n" + line, to: "users")
        for _ in 0..<3 { _ = try login(accounts, "anna", "p") }
        #expect(warnings.all.count == 2)
    }

    @Test("it doesn't start with a file that everybody may use", arguments: [0o604, 0o602, 0o601, 0o666])
    func permissions(_ permissions: Int) throws {
        let error = #expect(throws: PasswordFileError.self) { try open(line, permissions: permissions) }
        #expect(error == .openToAll(path: scratch.path("users")))
        #expect(error?.exitCode == .configuration)
    }

    @Test("it doesn't start without a file, or with a folder in its place")
    func missing() throws {
        for path in [scratch.path("none"), scratch.path] {
            let error = #expect(throws: PasswordFileError.self) { try AccountDirectory(path: path) { _ in } }
            #expect(error?.exitCode == .noInput)
            #expect(error?.description.contains(path) == true)
        }
    }

    @Test("an empty file lets nobody in, at the usual cost")
    func empty() throws {
        let accounts = try open("")
        #expect(try login(accounts, "anna", "p") == .unknownUser)
        #expect(accounts.hashCount == 1)
    }
}

/// Lines that threads add to.
private final class Lines: Sendable {
    private let lines = Monitor<[String]>([])

    func add(_ line: String) {
        lines.withLock { $0.append(line) }
    }

    var all: [String] { lines.withLock { $0 } }
}
