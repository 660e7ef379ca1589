import Domain
import Foundation
import TestSupport
import Testing

@testable import Accounts

@Suite("Password file")
struct PasswordFileTests {
    static let lines = (try? vectorLines("lines.txt", in: .module)) ?? []
    static let cheap = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$v9K+AuFBZgmnm1Cg/Ibevg"
    static let strong = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$v9K+AuFBZgmnm1Cg/Ibevg"
    static let other = "$argon2id$v=19$m=16,t=2,p=1$AAECAwQFBgcICQ$AAECAwQFBgcICQoLDA0ODw"

    @Test("there are vectors")
    func vectorsAreThere() {
        #expect(Self.lines.count >= 35)
    }

    @Test("each line is what it is", arguments: lines)
    func line(_ vector: String) throws {
        let parts = vector.split(separator: ">", maxSplits: 1)
        let line = unescaped(parts[1].dropLast())
        let file = PasswordFile(line)
        #expect(outcome(of: file) == parts[0].dropLast())
        #expect(file.content == line)
    }

    @Test("a problem tells nothing of what stands in the line", arguments: lines)
    func problemsAreSilent(_ vector: String) {
        for problem in PasswordFile(unescaped(vector.split(separator: ">", maxSplits: 1)[1].dropLast())).problems {
            for secret in ["hunter2", "c2Fsd", "JBSWY", "v9K", "anna", "blue"] {
                #expect(!"\(problem)".contains(secret) && !String(reflecting: problem).contains(secret))
            }
        }
    }

    @Test("a line that isn't right concerns its own user only")
    func otherUsers() throws {
        let file = PasswordFile(
            text: "anna:\(Self.cheap)\nbroken\nbob:\(Self.cheap):totp=1\n\n# end\ncarl:\(Self.other)")
        #expect(file.names.map(\.text) == ["anna", "carl"])
        #expect(file.problems.map(\.line) == [2, 3])
        #expect(file.entry(for: try UserName("anna"))?.hash.text == Self.cheap)
        #expect(file.entry(for: try UserName("carl"))?.hash.text == Self.other)
        #expect(file.entry(for: try UserName("bob")) == nil)
    }

    @Test("the first line of a name counts, also when it isn't right", arguments: ["anna", "Anna", "ANNA"])
    func duplicates(_ second: String) throws {
        let file = PasswordFile(text: "anna:\(Self.cheap)\n\(second):\(Self.other)\n")
        #expect(file.problems == [LineProblem(line: 2, reason: .duplicate(ofLine: 1))])
        #expect(file.entry(for: try UserName("anna"))?.hash.text == Self.cheap)
        #expect(file.names.map(\.text) == ["anna"])

        let locked = PasswordFile(text: "anna:\(Self.cheap):locked=?\n\(second):\(Self.other)\n")
        #expect(locked.problems.map(\.line) == [1, 2])
        #expect(locked.names.isEmpty)
    }

    @Test("a byte-order mark is no part of the first line, and stays")
    func byteOrderMark() throws {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        var file = PasswordFile(mark + Array("anna:\(Self.cheap)\nbob:\(Self.cheap)\n".utf8))
        #expect(file.names.map(\.text) == ["anna", "bob"] && file.problems.isEmpty)
        #expect(PasswordFile(mark + Array("# users\n\n".utf8)).problems.isEmpty)
        try file.remove(UserName("anna"))
        #expect(file.content == mark + Array("bob:\(Self.cheap)\n".utf8))
        try file.setQuota(7, of: UserName("bob"))
        #expect(file.content.starts(with: mark) && file.names.map(\.text) == ["bob"])
    }

    @Test("capital letters of a name count")
    func capitals() throws {
        let file = PasswordFile(text: "anna:\(Self.cheap)\n")
        #expect(file.entry(for: try UserName("Anna")) == nil)
        #expect(file.line(claiming: try UserName("Anna")) == 1)
    }

    @Test("how many hashes have the same parameters is known")
    func costs() throws {
        #expect(PasswordFile().costs.isEmpty)
        let file = PasswordFile(text: "a:\(Self.other)\nb:\(Self.cheap)\nc:\(Self.other)\n")
        let (cheap, dear) = (
            Argon2Parameters(memory: 8, iterations: 1, parallelism: 1),
            Argon2Parameters(memory: 16, iterations: 2, parallelism: 1)
        )
        #expect(file.costs == [try #require(cheap): 1, try #require(dear): 2])
    }

    @Test("bytes of any kind are kept and never stop it")
    func anyBytes() {
        var generator = SeededGenerator(seed: 7)
        let pieces = [Array("anna:".utf8), Array(Self.cheap.utf8), [10], [0], [255, 254], [35], [58], [13, 10]]
        for _ in 0..<2000 {
            let content = (0..<Int.random(in: 0...12, using: &generator)).flatMap { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &generator)]
            }
            let file = PasswordFile(content)
            #expect(file.content == content)
            #expect(file.names.allSatisfy { file.entry(for: $0) != nil })
        }
    }

    // MARK: - Changing

    @Test("a user is added at the end, whether the last line has an end or not", arguments: ["", "\n"])
    func add(_ end: String) throws {
        let before = "# users\nbob:\(Self.cheap)"
        var file = PasswordFile(text: before + end)
        try file.add(try UserName("anna"), try PasswordHash(Self.other.utf8))
        #expect(file.text == "\(before)\nanna:\(Self.other)\n")
        #expect(file.names.map(\.text) == ["bob", "anna"])
    }

    @Test(
        "a name that is taken isn't added, whatever stands in its line",
        arguments: ["anna:\(cheap)", "ANNA:\(cheap)", "anna:broken", "anna#X#\(cheap)"])
    func taken(_ line: String) throws {
        var file = PasswordFile(text: "# users\n\(line)\n")
        let before = file.content
        let hash = try PasswordHash(Self.other.utf8)
        let name = try UserName("anna")
        #expect(throws: PasswordChangeError.taken(line: 2)) { try file.add(name, hash) }
        #expect(file.content == before)
    }

    @Test(
        "another password changes the hash alone",
        arguments: ["  anna:<>\t\r\nbob:x\n", "# anna:\nanna#<>\n", "anna:<>:locked=y:colour=blue\n", "\nanna:<>"])
    func replace(_ template: String) throws {
        var file = PasswordFile(text: template.replacing("<>", with: Self.cheap))
        try file.replace(try UserName("anna"), try PasswordHash(Self.other.utf8))
        #expect(file.text == template.replacing("<>", with: Self.other))
    }

    @Test(
        "another quota changes nothing else",
        arguments: [
            ("  anna:<>\t\r\nbob:x\n", "anna:<>+\nbob:x\n"), ("anna:<>:quota=5", "anna:<>+"),
            ("anna#<>\n", "anna:<>+\n"), ("anna:<>:locked=y:quota=5:colour=blue\n", "anna:<>:locked=y:colour=blue+\n"),
            ("# anna:\nanna:<>:quota=x:quota=y", "# anna:\nanna:<>+"),
        ], [nil, 3 << 30])
    func quota(_ templates: (String, String), _ quota: UInt64?) throws {
        var file = PasswordFile(text: templates.0.replacing("<>", with: Self.cheap))
        try file.setQuota(quota, of: try UserName("anna"))
        let expected = templates.1.replacing("+", with: quota == nil ? "" : ":quota=3G")
        #expect(file.text == expected.replacing("<>", with: Self.cheap))
    }

    @Test(
        "another prefix changes nothing else",
        arguments: [
            ("  anna:<>\t\r\nbob:x\n", "anna:<>+\nbob:x\n"), ("anna:<>:prefix=a/b", "anna:<>+"),
            ("anna:<>:prefix=a:quota=5\n", "anna:<>:quota=5+\n"), ("anna#<>\n", "anna:<>+\n"),
            ("anna:<>:prefix=/:prefix=x", "anna:<>+"),
        ], [nil, "some/sub folder"])
    func prefix(_ templates: (String, String), _ prefix: String?) throws {
        var file = PasswordFile(text: templates.0.replacing("<>", with: Self.cheap))
        try file.setPrefix(prefix.map { try PathPrefix($0.utf8) }, of: try UserName("anna"))
        let expected = templates.1.replacing("+", with: prefix.map { ":prefix=\($0)" } ?? "")
        #expect(file.text == expected.replacing("<>", with: Self.cheap))
    }

    @Test(
        "what can't be a prefix",
        arguments: zip(
            ["", "/a", "a/", "a//b", "..", "a/../b", ".auto-upload", "a:b", "a\tb", " a", "a/b ", "a\u{7f}"],
            [
                .path(.empty), .path(.absolute), .path(.trailingSlash), .path(.doubleSlash), .path(.dotComponent),
                .path(.dotComponent), .path(.reservedName), .character, .character, .space, .space, .character,
            ] as [PathPrefix.Flaw]))
    func flaws(_ text: String, _ flaw: PathPrefix.Flaw) {
        #expect(throws: flaw) { try PathPrefix(text.utf8) }
        #expect(throws: PathPrefix.Flaw.tooLong) { try PathPrefix([UInt8](repeating: 0x61, count: 513)) }
    }

    @Test(
        "a seed of one-time codes stays with whatever else is changed, also that of the original's lines",
        arguments: [
            ("anna#jbsw y3dp#<>\n", "anna:<>:totp=jbsw y3dp"), ("anna:<>:totp=JBSWY3DP", "anna:<>:totp=JBSWY3DP"),
        ])
    func seedStays(_ templates: (String, String)) throws {
        let anna = try UserName("anna")
        let (before, after) = (
            templates.0.replacing("<>", with: Self.cheap), templates.1.replacing("<>", with: Self.cheap)
        )
        var file = PasswordFile(text: before)
        try file.setQuota(1, of: anna)
        #expect(file.text.trimmingCharacters(in: .newlines) == "\(after):quota=1")
        var other = PasswordFile(text: before)
        try other.replace(anna, PasswordHash(Self.other.utf8))
        #expect(other.text == templates.0.replacing("<>", with: Self.other))
        #expect(other.entry(for: anna)?.settings.seed?.text == "JBSWY3DP")
        try other.setSeed(nil, of: anna)
        #expect(other.text.trimmingCharacters(in: .newlines) == "anna:\(Self.other)")
        try other.setSeed(OneTimeSeed("MFRGGZDF".utf8), of: anna)
        #expect(other.text.contains(":totp=MFRGGZDF"))
    }

    @Test("a short seed counts, and is told of")
    func shortSeed() {
        let file = PasswordFile(text: "anna:\(Self.strong):totp=JBSWY3DPEHPK3PXP\n")
        #expect(file.problems.isEmpty && file.weaknesses.count == 1)
        #expect(file.weaknesses.first?.description.contains("80 bits") == true)
        let long = PasswordFile(text: "anna:\(Self.strong):totp=\(String(repeating: "A", count: 32))\n")
        #expect(long.weaknesses.isEmpty)
    }

    @Test("a hash below OWASP's minimum counts, and is told of")
    func cheapHash() {
        let file = PasswordFile(text: "anna:\(Self.cheap)\nbob:\(Self.strong)\n")
        #expect(file.names.count == 2 && file.weaknesses.map(\.line) == [1])
        #expect(file.weaknesses.first?.description.contains("8 KiB") == true)
    }

    @Test("a lock is set and taken off, and all else stays")
    func lock() throws {
        let anna = try UserName("anna")
        var file = PasswordFile(text: "anna#JBSWY3DP#\(Self.cheap)\n")
        try file.setLock(true, of: anna)
        #expect(file.text.hasSuffix(":locked=y\n") && file.entry(for: anna)?.settings.isLocked == true)
        try file.setLock(false, of: anna)
        #expect(file.text == "anna:\(Self.cheap):totp=JBSWY3DP\n")
        #expect(file.entry(for: anna)?.settings.isLocked == false)
        let other = PasswordFile(text: "anna:\(Self.cheap):locked=n\n")
        #expect(other.problems.map(\.reason) == [.lock])
    }

    @Test("a role is set, changed and taken off, and all else stays; who has one is known, and no other role is taken")
    func role() throws {
        let anna = try UserName("anna")
        var file = PasswordFile(text: "anna#JBSWY3DP#\(Self.cheap)\nbob:\(Self.cheap)\n")
        #expect(file.roles.isEmpty)
        for role in Role.allCases {
            try file.setRole(role, of: anna)
            let settings = try #require(file.entry(for: anna)).settings
            let given = try #require(settings.role)
            #expect(given == role && settings.seed != nil && file.roles == [anna: role])
            #expect(file.text.contains(":role=\(role.rawValue)\n"))
        }
        try file.setRole(nil, of: anna)
        #expect(file.text == "anna:\(Self.cheap):totp=JBSWY3DP\nbob:\(Self.cheap)\n" && file.roles.isEmpty)
        for wrong in ["", "Admin", "owner", "admin ", "admin,viewer"] {
            let other = PasswordFile(text: "anna:\(Self.cheap):role=\(wrong):quota=5\n")
            #expect(other.problems.map(\.reason) == [.role] && other.roles.isEmpty)
        }
    }

    @Test("a quota isn't set where it can't be told what stands where, or for nobody")
    func noQuota() throws {
        var file = PasswordFile(text: "anna#X#\(Self.cheap)#Y\n")
        let before = file.content
        let (anna, bob) = (try UserName("anna"), try UserName("bob"))
        #expect(throws: PasswordChangeError.unclear) { try file.setQuota(1, of: anna) }
        #expect(throws: PasswordChangeError.unclear) { try file.replace(anna, PasswordHash(Self.other.utf8)) }
        #expect(throws: PasswordChangeError.noSuchUser) { try file.setQuota(1, of: bob) }
        #expect(file.content == before)
    }

    @Test(
        "only the user's line goes",
        arguments: [("anna:\(cheap)", "\n"), ("anna:broken", "\r\n"), ("anna#X#\(cheap)", "")])
    func remove(_ line: String, _ end: String) throws {
        var file = PasswordFile(text: "# one\nbob:\(Self.cheap)\n\(line)\(end)")
        try file.remove(try UserName("anna"))
        #expect(file.text == "# one\nbob:\(Self.cheap)\n")
        let name = try UserName("BOB")
        #expect(throws: PasswordChangeError.noSuchUser) { try file.remove(name) }
    }

    private func outcome(of file: PasswordFile) -> String {
        if let name = file.names.first {
            let settings = file.entry(for: name)?.settings
            return "entry=\(name)" + (settings?.quota.map { " quota=\($0)" } ?? "")
                + (settings?.prefix.map { " prefix=\($0.path)" } ?? "")
                + (settings?.seed.map { " seed=\($0.text)" } ?? "")
                + (settings?.isLocked == true ? " locked" : "")
                + (settings?.role.map { " role=\($0.rawValue)" } ?? "")
        }
        switch file.problems.first?.reason {
        case nil: return "comment"
        case .tooLong: return "tooLong"
        case .noHash: return "noHash"
        case .name(let error): return "name=\(error.rawValue)"
        case .hash(let error): return "hash=\(error.rawValue)"
        case .duplicate: return "duplicate"
        case .seed(let flaw): return "seed=\(flaw.rawValue)"
        case .key: return "key"
        case .lock: return "lock"
        case .role: return "role"
        case .quota: return "quota"
        case .prefix: return "prefix"
        case .repeated: return "repeated"
        }
    }
}

extension PasswordFile {
    fileprivate init(text: String) {
        self.init(Array(text.utf8))
    }

    fileprivate var text: String { String(decoding: content, as: UTF8.self) }
}

/// Undoes `\t`, `\r`, `\\` and `\xNN`.
private func unescaped(_ text: some StringProtocol) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "\\"), let kind = rest.popFirst() else {
            bytes.append(byte)
            continue
        }
        switch kind {
        case UInt8(ascii: "t"): bytes.append(9)
        case UInt8(ascii: "r"): bytes.append(13)
        case UInt8(ascii: "x"):
            bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        default: bytes.append(kind)
        }
    }
    return bytes
}
