import HTTP
import Testing

@Suite("Byte ranges")
struct ByteRangeTests {
    @Test(
        "select what there is of them",
        arguments: [
            ("bytes=0-0", .parts([0..<1])),
            ("bytes=0-9", .parts([0..<10])),
            ("bytes=0-99", .parts([0..<10])),
            ("bytes=5-", .parts([5..<10])),
            ("bytes=-3", .parts([7..<10])),
            ("bytes=-30", .parts([0..<10])),
            ("Bytes=1-2 ,, 4-5,\t-1", .parts([1..<3, 4..<6, 9..<10])),
            ("bytes=8-9, 0-1", .parts([8..<10, 0..<2])),
            ("bytes=10-", .unsatisfiable),
            ("bytes=-0", .unsatisfiable),
            ("bytes=10-20,-0", .unsatisfiable),
            ("bytes=10-20,3-3", .parts([3..<4])),
            ("bytes=99999999999999999999-", .unsatisfiable),
            ("bytes=1-99999999999999999999", .parts([1..<10])),
            ("bytes=-99999999999999999999", .parts([0..<10])),
            ("bytes=0-,0-", .whole),
            ("bytes=0-8,7-9", .whole),
        ] as [(FieldValue, ByteRanges.Selection)])
    func selection(_ field: FieldValue, _ selection: ByteRanges.Selection) {
        #expect(ByteRanges(field)?.selection(of: 10) == selection)
    }

    @Test(
        "that aren't well formed are ignored",
        arguments: [
            "", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=1", "bytes=2-1", "bytes=a-b", "bytes=1-2-3",
            "bytes=1 -2",
            "bytes=--1", "bytes=+1-2", "lines=1-2", "bytes =1-2", "bytes=1-2;3-4",
        ] as [FieldValue])
    func ignored(_ field: FieldValue) {
        #expect(ByteRanges(field) == nil)
    }

    @Test("are at most 16, and nothing can be selected of nothing")
    func bounds() throws {
        let parts = (0..<17).map { "\($0)-\($0)" }
        let most = try #require(FieldValue("bytes=" + parts.dropLast().joined(separator: ",")))
        #expect(ByteRanges(most)?.parts.count == 16)
        let more = try #require(FieldValue("bytes=" + parts.joined(separator: ",")))
        #expect(ByteRanges(more) == nil)
        #expect(ByteRanges("bytes=0-,-1")?.selection(of: 0) == .unsatisfiable)
        #expect(ByteRanges("bytes=0-")?.selection(of: .max) == .parts([0 ..< .max]))
    }

    @Test("are told")
    func told() {
        #expect(ContentRange.value(0..<1, of: 10).text == "bytes 0-0/10")
        #expect(ContentRange.value(3..<10, of: 10).text == "bytes 3-9/10")
        #expect(ContentRange.unsatisfiable(of: 10).text == "bytes */10")
    }
}
