import Foundation
import Platform
import TestSupport
import Testing

/// `keygen`, `encrypt` and `decrypt`.
@Suite("Commands that encrypt")
struct EncryptionCommandTests {
    private let scratch: ScratchFolder
    private let keys: KeyPair

    init() throws {
        scratch = try ScratchFolder("commands")
        keys = try KeyPair()
    }

    private func run(_ arguments: String...) throws -> RunningProgram.Outcome {
        try RunningProgram.run(Binaries.client, arguments)
    }

    @Test("a key is private, and is never replaced")
    func keygen() throws {
        #expect(try keys.scratch.permissions(of: "key") == 0o600)
        let before = try keys.scratch.bytes(of: "key")
        let again = try run("keygen", keys.identity)
        #expect(again.status == 73 && again.error.contains("isn't replaced"), "\(again.error)")
        #expect(try keys.scratch.bytes(of: "key") == before)
        #expect(!again.error.contains("AGE-SECRET"))
        try keys.scratch.setPermissions(0o644, of: "key")
        let open = try run("decrypt", scratch.path("x.age"), "--identity", keys.identity)
        #expect(open.status == 78 && open.error.contains("chmod 600"), "\(open.error)")
    }

    @Test("a folder there and back, repeated without harm")
    func folder() throws {
        try scratch.write(sample(70_000), to: "all/a.mp4")
        try scratch.write(sample(5), to: "all/sub/b")
        let plain = try Tree.digests(of: scratch.path("all"))
        let first = try run("encrypt", scratch.path("all"), "--recipient", keys.recipient)
        #expect(first.status == 0 && first.output.contains("2 files encrypted"), "\(first.error)")
        let again = try run("encrypt", scratch.path("all"), "--recipient", keys.recipient)
        #expect(again.status == 73 && again.error.contains("there already"), "\(again.error)")
        let both = try run("decrypt", scratch.path("all"), "--identity", keys.identity)
        #expect(both.status == 73, "what is there is never replaced")
        #expect(try keys.decrypted(scratch.path("all")) == plain)
    }

    @Test(
        "nothing of a damaged file gets its name, and what had that name stays",
        arguments: [0, 100, 184, 65_000, 70_000])
    func damaged(_ kept: Int) throws {
        try scratch.write(sample(70_000), to: "clip")
        #expect(try run("encrypt", scratch.path("clip"), "--recipient", keys.recipient).status == 0)
        let whole = try scratch.bytes(of: "clip.age")
        try scratch.write(whole.prefix(kept), to: "cut/clip.age")
        let outcome = try run("decrypt", scratch.path("cut/clip.age"), "--identity", keys.identity)
        #expect(outcome.status == 65, "\(outcome.error)")
        #expect(try scratch.names(in: "cut") == ["clip.age"])
        try scratch.write(whole, to: "taken/clip.age")
        try scratch.write("mine", to: "taken/clip")
        #expect(try run("decrypt", scratch.path("taken/clip.age"), "--identity", keys.identity).status == 73)
        #expect(try scratch.text(of: "taken/clip") == "mine")
    }

    @Test("by another key nothing is decrypted, and the reason names what would open it")
    func otherKey() throws {
        try scratch.write(sample(10), to: "clip")
        #expect(try run("encrypt", scratch.path("clip"), "--recipient", keys.recipient).status == 0)
        let others = try KeyPair()
        let outcome = try run(
            "decrypt", scratch.path("clip.age"), "--identity", others.identity, "--into", scratch.makeFolder("plain"))
        #expect(outcome.status == 65 && outcome.error.contains("X25519"), "\(outcome.error)")
    }
}
