import Accounts
import Foundation
import Platform
import TestSupport
import Testing

@Suite("Editing a password file")
struct PasswordFileEditorTests {
    private let scratch: ScratchFolder
    private let hash: PasswordHash

    init() throws {
        scratch = try ScratchFolder("editor")
        hash = try PasswordHash(PasswordFileTests.cheap.utf8)
    }

    private func add(_ name: String, to file: String) throws {
        let (name, hash) = (try UserName(name), hash)
        try PasswordFileEditor(path: scratch.path(file)).edit(mustExist: false) { file throws(PasswordChangeError) in
            try file.add(name, hash)
        }
    }

    @Test("a new file is its owner's alone, whatever the mask for new files")
    func newFile() throws {
        try add("anna", to: "users")
        #expect(try scratch.permissions(of: "users") == 0o600)
        #expect(try scratch.text(of: "users") == "anna:\(hash.text)\n")
        #expect(try scratch.names() == [".users.lock", "users"])
    }

    @Test(
        "reading by the group stays, everything else goes",
        arguments: [(0o600, 0o600), (0o640, 0o640), (0o644, 0o640), (0o666, 0o640), (0o777, 0o640), (0o400, 0o600)])
    func permissions(before: Int, after: Int) throws {
        try scratch.write("# users\n", to: "users", permissions: before)
        try add("anna", to: "users")
        #expect(try scratch.permissions(of: "users") == after)
    }

    @Test("owner and group stay", .enabled(if: ProcessLimits.isRoot))
    func owner() throws {
        let path = try scratch.write("# users\n", to: "users")
        try FileManager.default.setAttributes([.ownerAccountID: 1234, .groupOwnerAccountID: 2345], ofItemAtPath: path)
        try add("anna", to: "users")
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.ownerAccountID] as? Int == 1234)
        #expect(attributes[.groupOwnerAccountID] as? Int == 2345)
    }

    @Test("a link stays a link, and what it leads to is replaced")
    func link() throws {
        try scratch.write("# users\n", to: "real/users")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path("link"), withDestinationPath: scratch.path("real/users"))
        try add("anna", to: "link")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("link")).hasSuffix("real/users"))
        #expect(try scratch.text(of: "real/users").contains("anna:"))
        #expect(try scratch.names() == ["link", "real"])
    }

    @Test("a link that leads nowhere, a folder and a pipe are refused")
    func unusable() throws {
        try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: "/nowhere/users")
        try scratch.makeFolder("folder")
        #expect(unsafe mkfifo(scratch.path("pipe"), 0o600) == 0)
        for name in ["link", "folder", "pipe"] {
            #expect(throws: PasswordFileError.self) { try add("anna", to: name) }
        }
        #expect(throws: PasswordFileError.self) { try add("anna", to: "missing/users") }
        #expect(throws: PasswordFileError.self) { try PasswordFileEditor(path: "/") }
    }

    @Test("a file that must exist isn't made")
    func mustExist() throws {
        let editor = try PasswordFileEditor(path: scratch.path("users"))
        let name = try UserName("anna")
        let error = #expect(throws: PasswordFileError.self) {
            try editor.edit(mustExist: true) { file throws(PasswordChangeError) in try file.remove(name) }
        }
        #expect(error?.exitCode == .noInput)
        #expect(throws: PasswordFileError.self) { try editor.load(mustExist: true) }
        #expect(try editor.load(mustExist: false).content.isEmpty)
        #expect(try !scratch.names().contains("users"))
    }

    @Test("what is refused leaves the very file")
    func refused() throws {
        try add("anna", to: "users")
        let before = try Directory.open(path: scratch.path).status(of: #require(FileName("users")))
        let error = #expect(throws: PasswordFileError.self) { try add("anna", to: "users") }
        #expect(error == .refused(.taken(line: 1)))
        #expect(try Directory.open(path: scratch.path).status(of: #require(FileName("users"))) == before)
    }

    @Test("a file that an editor left when it was killed is in nobody's way")
    func leftOver() throws {
        try scratch.write("rubbish", to: ".users.new", permissions: 0o444)
        try add("anna", to: "users")
        #expect(try scratch.names() == [".users.lock", "users"])
    }

    @Test("an editor waits for another, and both land")
    func lock() async throws {
        let count = 16
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count { group.addTask { try add("user\(number)", to: "users") } }
            try await group.waitForAll()
        }
        let file = PasswordFile(try scratch.bytes(of: "users"))
        #expect(Set(file.names.map(\.text)) == Set((0..<count).map { "user\($0)" }))
        #expect(file.problems.isEmpty)
    }

    @Test("an old file is never altered: who has it open goes on reading it")
    func replacement() throws {
        try add("anna", to: "users")
        let old = try FileDescriptor.openForReading(path: scratch.path("users"))
        try add("bob", to: "users")
        #expect(PasswordFile(try old.readAll(limit: 10_000)).names.map(\.text) == ["anna"])
    }
}
