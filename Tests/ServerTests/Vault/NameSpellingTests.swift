import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import Storage

/// Names that the storage doesn't take are spelled so that each is found again, and none meets another.
@Suite struct NameSpellingTests {
    /// exFAT's rules, vfat's, and those of what takes ASCII alone.
    private static let rules = [
        NameSpelling(refused: Set(NameTrial.suspects), refusedAtEnd: [UInt8(ascii: ".")], beyondASCII: .takenAsUTF8),
        .cautious,
        NameSpelling(refused: [UInt8(ascii: "\\")], beyondASCII: .refused),
    ]

    private func spelled(_ name: String, _ rules: NameSpelling) -> String {
        String(decoding: rules.spelled(Array(name.utf8)), as: UTF8.self)
    }

    @Test(
        "names as cameras and people give them",
        arguments: [
            ("2026-11-28T07:12:00.mp4", "2026-11-28T07%3A12%3A00.mp4"), ("dot.", "dot%2E"), ("dots...", "dots..%2E"),
            ("end ", "end%20"), ("a.b c", "a.b c"), ("100%", "100%"), ("100%3A", "100%253A"), ("100%3a", "100%3a"),
            ("%:", "%%3A"), ("Straße", "Straße"), ("a\\b", "a%5Cb"), ("...", "..%2E"),
            ("con", "%63on"), ("AUX.mp4", "%41UX.mp4"), ("console.log", "console.log"),
        ])
    func examples(_ name: String, _ expected: String) {
        #expect(spelled(name, .cautious) == expected)
        #expect(spelled(name, .plain) == name)
    }

    @Test("whatever the name, its spelling is taken, and leads back to it: so no two are alike", arguments: rules)
    func reversible(_ rules: NameSpelling) {
        var random = SeededGenerator(seed: 13)
        let pieces: [[UInt8]] =
            ["%", "%3", "%3A", "%25", ":", ".", " ", "A", "3", "é", "\u{7f}", "\\"].map { Array($0.utf8) } + [[0xff]]
        for _ in 0..<20_000 {
            let name = (0..<Int.random(in: 1...6, using: &random)).flatMap { _ in
                pieces.randomElement(using: &random) ?? []
            }
            let spelled = rules.spelled(name)
            #expect(NameSpelling.unspelled(spelled) == name)
            #expect(rules.refused.isDisjoint(with: spelled))
            #expect(spelled.last.map(rules.refusedAtEnd.contains) == false)
            #expect(rules.spelled(rules.spelled(name)) != spelled || name == spelled)
        }
    }

    @Test("a spelling that is too long is known beforehand, for a folder as for a file")
    func tooLong() throws {
        let long = [UInt8](repeating: UInt8(ascii: ":"), count: 100)
        for components in [[long], [long, [1]]] {
            let path = try RemotePath(components: components)
            #expect(throws: VaultError.self) { try NameSpelling.cautious.spelled(path) }
            #expect(try NameSpelling.plain.spelled(path) == path)
        }
        let short = NameSpelling(longest: 10)
        #expect(throws: VaultError.self) { try short.spelled(try RemotePath(Array("elevenbytes".utf8))) }
        #expect(try short.spelled(try RemotePath(Array("tenbytes10".utf8))).description == "tenbytes10")
    }

    @Test("a common disk takes all names as they are")
    func trial() throws {
        let scratch = try ScratchFolder("names")
        let folder = try Directory.open(path: scratch.path)
        let kind = try folder.descriptor.fileSystemKind()
        if kind.isKnownToRename { #expect(try NameTrial(in: folder).run() == .plain) }
        #expect(try scratch.names().isEmpty)
    }
}

/// The same, stored and found again.
@Suite struct SpelledStorageTests {
    private let test: TestVault

    init() throws {
        test = try TestVault(spelling: .cautious)
    }

    @Test("a file is stored, confirmed and found under its spelling, its folders too, and so is one beside it")
    func stores() throws {
        let path = "7:12/a?./clip."
        let spelled = "7%3A12/a%3F%2E/clip%2E"
        #expect(try test.store([1], as: path).pathText == spelled)
        #expect(try test.scratch.bytes(of: "alice/" + spelled) == [1])
        #expect(try test.find([1], as: path)?.pathText == spelled)
        #expect(try test.store([1], as: path).wasThere)
        // The path that was told leads to it as well.
        #expect(try test.find([1], as: spelled)?.pathText == spelled)
        let beside = try test.store([2], as: path)
        #expect(beside.pathText.hasPrefix("7%3A12/a%3F%2E/clip%2E."), "\(beside.pathText)")
        for asked in [path, beside.pathText] { #expect(try test.find([2], as: asked)?.pathText == beside.pathText) }
    }

    @Test("two paths that would look alike are two files")
    func apart() throws {
        #expect(try test.store([1], as: "a:b").pathText == "a%3Ab")
        #expect(try test.store([2], as: "a%3Ab").pathText == "a%253Ab")
        #expect(try test.find([2], as: "a:b") == nil)
    }

    @Test("what can't be spelled is refused at the offer, however small, and takes no room")
    func refused() throws {
        let name = [UInt8](repeating: UInt8(ascii: ":"), count: 90)
        #expect(throws: VaultError.nameUnusable(try #require(FileName(name)))) {
            _ = try test.vault.begin(test.offered(name, size: 1), isFresh: true)
        }
        #expect(try test.staged().isEmpty)
    }
}
