import HTTP
import Testing

@Suite("Forms in the manner of URLs")
struct URLEncodedFormTests {
    @Test(
        "are decoded",
        arguments: [
            ("", []),
            ("a=b&c=d", [("a", "b"), ("c", "d")]),
            ("a=b+c%2B%26%3D", [("a", "b c+&=")]),
            ("a=b=c&&d&=e", [("a", "b=c"), ("d", ""), ("", "e")]),
            ("n=%C3%BC+%e6%97%a5", [("n", "ü 日")]),
            ("n=%FC+%80", [("n", "ü €")]),
            ("n=ü", [("n", "ü")]),
        ] as [(String, [(String, String)])])
    func decoded(_ body: String, _ fields: [(String, String)]) throws {
        let form = try URLEncodedForm(Array(body.utf8))
        #expect(form.fields.map(\.name) == fields.map(\.0))
        #expect(form.fields.map(\.value) == fields.map(\.1))
        for (name, _) in fields { #expect(form[name] != nil) }
        #expect(form["absent"] == nil)
    }

    @Test("are refused when an escape isn't one", arguments: ["a=%", "a=%4", "a=%4g", "%=a", "a=%+4", "b&a=%zz"])
    func malformed(_ body: String) {
        let field = body.split(separator: "&").count
        #expect(throws: URLEncodedForm.Flaw.malformedEscape(field: field)) { try URLEncodedForm(Array(body.utf8)) }
    }

    @Test("keep to their limits")
    func limits() throws {
        let body = Array("a=b&c=d".utf8)
        #expect(try URLEncodedForm(body, limits: .init(bytes: 7, fields: 2)).fields.count == 2)
        #expect(throws: URLEncodedForm.Flaw.tooLong(limit: 6)) { try URLEncodedForm(body, limits: .init(bytes: 6)) }
        #expect(throws: URLEncodedForm.Flaw.tooManyFields(limit: 1)) {
            try URLEncodedForm(body, limits: .init(fields: 1))
        }
    }
}
