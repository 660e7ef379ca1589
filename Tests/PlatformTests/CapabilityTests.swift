import Testing

@testable import Platform

@Suite("Capabilities")
struct CapabilityTests {
    private static let first = "         0          0 4294967295\n"

    @Test(
        "leases on files of others take CAP_LEASE in the first user namespace",
        arguments: [
            ("000001ffffffffff", first, true), ("0000000010000000", first, true), ("000001ffefffffff", first, false),
            ("0000000000000000", first, false), ("", first, false), ("none", first, false),
            ("000001ffffffffff", "         0       1000          1\n", false), ("000001ffffffffff", "", false),
        ])
    func leases(_ mask: String, _ map: String, _ isCovered: Bool) {
        let status = "Name:\tx\nCapInh:\t0000000000000000\nCapEff:\t\(mask)\nCapBnd:\t000001ffffffffff\n"
        #expect(Capabilities.coverForeignLeases(status: status, userMap: map) == isCovered)
    }
}
