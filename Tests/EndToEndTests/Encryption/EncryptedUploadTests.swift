import Foundation
import Platform
import TestSupport
import Testing

/// What is sent with -e y.
@Suite("Encrypted uploads")
struct EncryptedUploadTests {
    private let server: TestServer
    private let client: TestClient
    private let keys: KeyPair

    init() throws {
        server = try TestServer()
        client = try TestClient(server)
        keys = try KeyPair()
    }

    @Test("of any size are stored as NAME.age, opened by the key alone, and wiped here")
    func stored() throws {
        let sizes = [0, 1, 65_535, 65_536, 65_537, 200_000, 262_136, 262_144, 3_000_000]
        for size in sizes { try client.record(sample(size, seed: size), as: "sub/\(size).mp4") }
        let expected = try client.recordings()
        let first = try client.pass(keys, "-d", "y", "--wipe-unknown")
        #expect(first.status == 0, "\(first.error)")
        let stored = try server.site.stored()
        #expect(Set(stored.keys) == Set(sizes.map { "sub/\($0).mp4.age" }))
        #expect(Set(stored.values).isDisjoint(with: expected.values))
        #expect(try keys.decrypted(server.site) == expected)
        #expect(try client.recordings().keys.filter { $0 != "sub/0.mp4" }.isEmpty)
    }

    @Test("are known as confirmed, and wiped later by what their content was")
    func wipedLater() throws {
        for size in [500, 700_000] { try client.record(sample(size, seed: size), as: "\(size).mp4") }
        let expected = try client.recordings()
        #expect(try client.pass(keys).status == 0)
        let again = try client.pass(keys)
        #expect(again.status == 0 && !again.error.contains("confirmed"), "\(again.error)")
        let wiping = try client.pass(keys, "-d", "y")
        #expect(wiping.status == 0, "\(wiping.error)")
        #expect(try client.isEmpty())
        #expect(try keys.decrypted(server.site) == expected)
    }

    @Test("what got another time only isn't sent again, what was changed behind the times' back is")
    func recognised() throws {
        try client.record(sample(300_000, seed: 1), as: "same.mp4")
        try client.record(sample(300_000, seed: 2), as: "other.mp4")
        #expect(try client.pass(keys).status == 0)
        try setModified("same.mp4", Date(timeIntervalSinceNow: -5000))
        try Data(sample(300_000, seed: 3)).write(to: URL(filePath: client.card + "/other.mp4"))
        try setModified("other.mp4", Date(timeIntervalSinceNow: -5000))
        let expected = Set(try client.recordings().values)
        let second = try client.pass(keys)
        #expect(second.status == 0, "\(second.error)")
        #expect(second.error.contains("same.mp4") && second.error.contains("already-there"), "\(second.error)")
        let stored = try keys.decrypted(server.site)
        #expect(stored.count == 3 && expected.isSubset(of: stored.values))
    }

    @Test("leave no key in the state once they are confirmed, and receipts that are checked against the content")
    func receipts() throws {
        let content = sample(100_000, seed: 4)
        try client.record(content, as: "clip.mp4")
        #expect(try client.pass(keys).status == 0)
        let state = client.scratch.path("state")
        for path in try Tree.paths(of: state) {
            let bytes = try Data(contentsOf: URL(filePath: state + "/" + path))
            #expect(bytes.range(of: Data("-> X25519 ".utf8)) == nil, "a seal is left in \(path)")
        }
        let folder = client.scratch.path("receipts")
        #expect(
            try RunningProgram.run(Binaries.client, ["receipts", "--export", folder, "--state", state]).status == 0)
        let receipt = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        let stored = "\(server.site.storage)/\(Fixtures.user)/clip.mp4.age"
        let checked = try RunningProgram.run(
            Binaries.client, ["verify-receipt", "\(folder)/\(receipt)", stored, "--identity", keys.identity])
        #expect(checked.status == 0, "\(checked.error)")
        let digest = try digest(of: content)
        #expect(checked.output.contains("decrypted: 100000 bytes, SHA-256 \(digest)"), "\(checked.output)")
        let listed = try RunningProgram.run(Binaries.client, ["receipts", "--state", state])
        #expect(listed.output.contains("clip.mp4.age (decrypted: SHA-256 \(digest))"), "\(listed.output)")
    }

    @Test("to nobody, or to keys of other kinds, are refused before anything is read")
    func refused() throws {
        try client.record(sample(10), as: "clip.mp4")
        let cases: [([String], Int32, String)] = [
            (["-e", "y"], 64, "--recipient"),
            (["--recipient", keys.recipient], 64, "-e y"),
            (["-e", "y", "--recipient", "age1pq1qqqqqq"], 64, "post-quantum"),
            (["-e", "y", "--recipient", "ssh-ed25519 AAAA"], 64, "SSH"),
            (["-e", "y", "--recipient", "age1yubikey1qqqqqq"], 64, "plugin yubikey"),
            (["-e", "y", "--recipient", "age1tag1qqqqqq"], 64, "tagged"),
            (["-e", "y", "--recipients-file", "/nowhere"], 66, "/nowhere"),
        ]
        for (options, status, part) in cases {
            let outcome = try RunningProgram.run(
                Binaries.client, client.arguments(["--once"] + options), environment: client.environment)
            #expect(outcome.status == status && outcome.error.contains(part), "\(options): \(outcome.error)")
        }
        #expect(try server.site.stored().isEmpty)
    }

    @Test("with names that fill all 255 bytes are stored under shorter ones, with their ending")
    func longName() throws {
        let name = String(repeating: "ä", count: 125) + "x.mp4"
        try client.record([1, 2, 3], as: name)
        #expect(try client.pass(keys).status == 0)
        let stored = try #require(
            try FileManager.default.contentsOfDirectory(
                atPath: "\(server.site.storage)/\(Fixtures.user)"
            ).first { $0.hasSuffix(".age") })
        #expect(stored.utf8.count <= 255 && stored.hasSuffix("ä.mp4.age"), "\(stored)")
    }

    private func setModified(_ name: String, _ time: Date) throws {
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: client.card + "/" + name)
    }
}
