import Testing

@testable import Storage

/// When a growing upload is made durable.
@Suite struct PartialRulesTests {
    private let rules = PartialRules()

    @Test(
        "many bytes at once, some after seconds, few after half a minute, and hardly any never",
        arguments: [
            (32 << 20, 0.0, true), (32 << 20 - 1, 4.9, false), (1 << 20, 5, true), (1 << 20, 4.9, false),
            (1 << 20 - 1, 29.9, false), (16 << 10, 30, true), (16 << 10 - 1, 1e9, false), (0, 1e9, false),
        ] as [(UInt64, Double, Bool)])
    func due(_ grown: UInt64, _ seconds: Double, _ isDue: Bool) {
        #expect(rules.isCheckpointDue(grown: grown, seconds: seconds) == isDue)
    }
}
