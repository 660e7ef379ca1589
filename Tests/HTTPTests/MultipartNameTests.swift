import HTTP
import Testing

@Suite("Names of parts")
struct MultipartNameTests {
    @Test("are those of the files that a client sends, or what the vector says", arguments: MultipartVector.of("names"))
    func vector(_ vector: MultipartVector) throws {
        let body = Array("--B\r\n".utf8) + vector.lines("head") + Array("\r\ncontent\r\n--B--\r\n".utf8)
        let record = FormRecord(body, boundary: try MultipartBoundary([0x42]))
        #expect(record.error?.description == vector.text("error"))
        guard vector.text("error") == nil else { return #expect(record.parts.isEmpty) }
        let part = try #require(record.parts.first)
        #expect(part.head.fileName == vector.value("named") ?? vector.value("file"))
        #expect(part.content == Array("content".utf8))
        if let field = vector.text("field") { #expect(part.head.name == field) }
        if vector.value("file") != nil { #expect(part.head.name == "file") }
    }

    @Test("are there for each kind of client")
    func coverage() {
        let files = Set(MultipartVector.of("names").map(\.file))
        #expect(files.subtracting(["others.txt"]) == Set(MultipartVector.of("forms").map(\.file)))
        for client in ["curl", "requests", "httpx", "aiohttp", "chromium", "firefox"] {
            #expect(files.contains { $0.hasPrefix(client + "-") }, "\(client)")
        }
    }
}
