import HTTP
import Testing

@Suite("Fields")
struct FieldTests {
    private func fields(_ lines: (String, String)...) throws -> Fields {
        var fields = Fields()
        for (name, value) in lines {
            fields.append(try #require(FieldName(name.utf8)), try #require(FieldValue(value)))
        }
        return fields
    }

    @Test("hold no byte that would begin another line, or that no value can have", arguments: 0...UInt8.max)
    func valueBytes(_ byte: UInt8) {
        let isTaken = FieldValue([0x61, byte, 0x61]) != nil
        #expect(isTaken == (byte == 9 || (byte >= 0x20 && byte != 0x7F)))
        #expect((FieldName([0x61, byte]) != nil) == (Method([0x61, byte]) != nil))
        #expect(FieldName([0x61, byte]) == nil || isTaken && byte != UInt8(ascii: ":") && byte != 0x20)
    }

    @Test("hold no value with blanks at its ends")
    func blanks() {
        #expect(FieldValue(" a".utf8) == nil && FieldValue("a\t".utf8) == nil && FieldValue(" ".utf8) == nil)
        #expect(FieldValue("".utf8)?.bytes == [])
        #expect(("a\r\nSet-Cookie: b\r\n" as FieldValue).text == "a  Set-Cookie: b")
    }

    @Test("have names whose capital letters say nothing")
    func names() throws {
        let fields = try fields(("content-TYPE", "a"), ("X", "b"))
        #expect(fields.combined(.contentType)?.text == "a")
        #expect(FieldName("eTaG".utf8) == .entityTag)
        #expect(FieldName("".utf8) == nil)
        #expect(Set([FieldName("Etag".utf8), .entityTag]).count == 1)
    }

    @Test("of one name count as one list")
    func lists() throws {
        let fields = try fields(("A", "1, \"x,\\\",y\" ,,"), ("b", "2"), ("a", "3"), ("a", ""))
        let name = try #require(FieldName("A".utf8))
        #expect(fields.elements(of: name).map { String(decoding: $0, as: UTF8.self) } == ["1", "\"x,\\\",y\"", "3"])
        #expect(fields.combined(name)?.text == "1, \"x,\\\",y\" ,,, 3,")
        #expect(fields.combined(.host) == nil)
        #expect(fields.contains("3", in: name) && !fields.contains("2", in: name))
    }

    @Test("that may be there once are refused when they are there twice, equal or not")
    func single() throws {
        let fields = try fields(("host", "a"), ("ETag", "x"), ("Host", "a"))
        #expect(throws: Fields.Repeated.self) { try fields.single(.host) }
        #expect(try fields.single(.entityTag)?.text == "x")
        #expect(try fields.single(.range) == nil)
    }

    @Test("are put in the place of others")
    func replaced() throws {
        var fields = try fields(("host", "a"), ("ETag", "x"), ("Host", "a"))
        fields.set(.host, "b")
        #expect(fields.values(of: .host).map(\.text) == ["b"])
        #expect(fields.lines.count == 2)
    }
}
