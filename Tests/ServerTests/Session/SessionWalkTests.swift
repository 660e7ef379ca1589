import TestSupport
import Testing

/// Random walks from fixed seeds; Fuzz/SessionFuzz.swift takes the same walk by libFuzzer.
@Suite struct SessionWalkTests {
    @Test("no walk leaves the rules, and walks get somewhere")
    func walks() throws {
        var random = SeededGenerator(seed: 0x5eed)
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
        var random = SeededGenerator(seed: 0xbad)
        for _ in 0..<4000 {
            _ = try SessionWalk.run((0..<90).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
    }
}
