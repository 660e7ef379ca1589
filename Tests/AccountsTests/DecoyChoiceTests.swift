import Testing

@testable import Accounts

/// What a hash of a name costs that isn't there.
@Suite struct DecoyChoiceTests {
    private let choice = DecoyChoice { bytes in
        // FNV-1a with a last stir: each bit of it depends on every byte.
        var hash = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        hash = (hash ^ hash >> 31) &* 0x7fb5_d329_728e_a185
        hash = (hash ^ hash >> 27) &* 0x81da_def4_bc2d_d44d
        hash ^= hash >> 33
        return stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: hash >> UInt64($0)) }
    }
    private let names = (0..<4000).map { Array("name-\($0)".utf8) }

    private func cost(_ memory: UInt32) throws -> Argon2Parameters {
        try #require(Argon2Parameters(memory: memory, iterations: 1, parallelism: 1))
    }

    @Test("costs are as frequent among other names as among users, and each name has always the same")
    func shares() throws {
        let (cheap, dear) = (try cost(64), try cost(128))
        let shares = [cheap: 300, dear: 100]
        let drawn = names.map { choice.parameters(for: $0, among: shares) }
        #expect(drawn == names.map { choice.parameters(for: $0, among: shares) })
        #expect((800...1200).contains(drawn.count { $0 == dear }))
        #expect(drawn.allSatisfy { $0 == cheap || $0 == dear })
    }

    @Test("where the file changes a little, few names change with it, and only to what has become more frequent")
    func stable() throws {
        let (cheap, dear) = (try cost(64), try cost(128))
        var moved = 0
        for name in names {
            let before = choice.parameters(for: name, among: [cheap: 300, dear: 100])
            let after = choice.parameters(for: name, among: [cheap: 300, dear: 110])
            if before == after { continue }
            moved += 1
            #expect(after == dear)
        }
        #expect(moved < 200)
    }

    @Test("without users, or of one cost only, there is nothing to choose")
    func single() throws {
        #expect(choice.parameters(for: names[0], among: [:]) == .recommended)
        let only = try cost(64)
        #expect(names.allSatisfy { choice.parameters(for: $0, among: [only: 1]) == only })
    }
}
