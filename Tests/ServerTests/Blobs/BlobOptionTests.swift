import Testing

@testable import AutoUploadServer

@Suite("Options of blobs")
struct BlobOptionTests {
    @Test(
        "a time has a unit or is in seconds",
        arguments: [("3w", 1_814_400), ("6s", 6), ("2d", 172_800), ("90", 90), ("5m", 300), ("12h", 43_200)])
    func times(_ text: String, _ seconds: Int64) throws {
        #expect(try #require(BlobOptions.seconds(text)) == seconds)
    }

    @Test(
        "anything else is refused",
        arguments: ["", "w", "0", "0s", "-1", "1y", "3 w", "1.5d", "3W", "99999999999999999999", "600w"])
    func others(_ text: String) { #expect(BlobOptions.seconds(text) == nil) }
}
