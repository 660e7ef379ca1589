import Foundation
import Platform
import TestSupport
import Testing

/// Other programs of the format, both ways: Debian's age, and pyrage, which is rage.
@Suite("Other programs of the age format")
struct AgePeerTests {
    private static let sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 200_001]
    private static let age = ["/usr/bin/age", "/usr/local/bin/age"].first(where: FileManager.default.isExecutableFile)
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    private static let python = folder.appending(path: "../../../.build/pyrage/bin/python").standardized.path
    private static let hasPyrage = FileManager.default.isExecutableFile(atPath: python)

    private let scratch: ScratchFolder
    private let keys: KeyPair

    init() throws {
        scratch = try ScratchFolder("peers")
        keys = try KeyPair()
        for size in Self.sizes { try scratch.write(sample(size, seed: size), to: "plain/\(size)") }
    }

    private func succeed(_ program: String, _ arguments: [String]) throws {
        let outcome = try RunningProgram.run(program, arguments)
        #expect(outcome.status == 0, "\(program) \(arguments): \(outcome.error)")
    }

    private func expectSame(_ folder: String) throws {
        #expect(try Tree.digests(of: scratch.path(folder)) == Tree.digests(of: scratch.path("plain")))
    }

    private func encrypt() throws {
        try scratch.makeFolder("sealed")
        try succeed(
            Binaries.client,
            ["encrypt", scratch.path("plain"), "--into", scratch.path("sealed"), "--recipient", keys.recipient])
    }

    private func decrypt() throws {
        try scratch.makeFolder("opened")
        try succeed(
            Binaries.client,
            ["decrypt", scratch.path("theirs"), "--into", scratch.path("opened"), "--identity", keys.identity])
        try expectSame("opened")
    }

    @Test("age opens what is encrypted here, and the other way round", .enabled(if: age != nil, "age isn't installed"))
    func byAge() throws {
        let age = try #require(Self.age)
        try encrypt()
        try scratch.makeFolder("opened-by-age")
        try scratch.makeFolder("theirs")
        for size in Self.sizes {
            try succeed(
                age,
                [
                    "-d", "-i", keys.identity, "-o", scratch.path("opened-by-age/\(size)"),
                    scratch.path("sealed/\(size).age"),
                ])
            try succeed(
                age,
                [
                    "-r", keys.recipient, "-r", KeyPair().recipient, "-o", scratch.path("theirs/\(size).age"),
                    scratch.path("plain/\(size)"),
                ])
        }
        // It makes no file of an empty one.
        try scratch.write([], to: "opened-by-age/0")
        try expectSame("opened-by-age")
        try decrypt()
    }

    @Test(
        "pyrage opens what is encrypted here, and the other way round",
        .enabled(if: hasPyrage, "pyrage isn't there: Tests/EndToEndTests/Encryption/install gets it"))
    func byPyrage() throws {
        try encrypt()
        try scratch.makeFolder("opened-by-pyrage")
        try scratch.makeFolder("theirs")
        let script = Self.folder.appending(path: "pyrage_peer.py").path
        try succeed(
            Self.python, [script, "decrypt", keys.identity, scratch.path("sealed"), scratch.path("opened-by-pyrage")])
        try succeed(Self.python, [script, "encrypt", keys.recipient, scratch.path("plain"), scratch.path("theirs")])
        try expectSame("opened-by-pyrage")
        try decrypt()
    }
}
