import Testing

/// Random walks from fixed seeds; Fuzz/SessionFuzz.swift takes the same walk by libFuzzer.
@Suite struct SessionWalkTests {
    @Test("no walk leaves the rules, and walks get somewhere")
    func walks() throws {
        var random = SplitMix(seed: 0x5eed)
        var commits = 0
        var violations = 0
        for _ in 0..<4000 {
            // A login first, so that every walk gets past it.
            var bytes: [UInt8] = [0, 0, 0, 1, 0, 0, 2, 0, 1]
            bytes += (0..<180).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let walk = try SessionWalk.run(bytes)
            commits += walk.commits
            violations += walk.violations
        }
        #expect(commits > 500)
        #expect(violations > 1000)
    }

    @Test("bytes without any plan")
    func noise() throws {
        var random = SplitMix(seed: 0xbad)
        for _ in 0..<4000 {
            _ = try SessionWalk.run((0..<90).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
    }
}

/// SplitMix64: small, and the same in every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
