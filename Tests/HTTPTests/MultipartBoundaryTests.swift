import HTTP
import Testing

@Suite("Boundaries")
struct MultipartBoundaryTests {
    @Test(
        "are found in Content-Type",
        arguments: [
            ("multipart/form-data; boundary=abc", "abc"),
            ("multipart/form-data;boundary=----WebKitFormBoundaryAbC123", "----WebKitFormBoundaryAbC123"),
            ("Multipart/Form-Data ; charset=utf-8; Boundary = \"a b:c\" ;", "a b:c"),
            ("multipart/form-data; boundary=a:b/c?d=e(f)", "a:b/c?d=e(f)"),
            ("multipart/form-data; boundary=" + String(repeating: "x", count: 70), String(repeating: "x", count: 70)),
        ])
    func found(_ contentType: String, _ boundary: String) throws {
        #expect(try MultipartBoundary(contentType: Array(contentType.utf8)).bytes == Array(boundary.utf8))
    }

    @Test(
        "are refused for what they are",
        arguments: [
            ("", .notFormData),
            ("application/x-www-form-urlencoded", .notFormData),
            ("multipart/mixed; boundary=abc", .notFormData),
            ("multipart/form-data", .missing),
            ("multipart/form-data; boundary=", .empty),
            ("multipart/form-data; boundary=\"\"", .empty),
            ("multipart/form-data; boundary=\"a \"", .trailingSpace),
            ("multipart/form-data; boundary=a\\b", .forbiddenByte(UInt8(ascii: "\\"))),
            ("multipart/form-data; boundary=a\u{1}b", .forbiddenByte(1)),
            ("multipart/form-data; boundary=" + String(repeating: "x", count: 71), .tooLong),
            ("multipart/form-data; boundary=a; boundary=b", .malformed(.repeatedParameter("boundary"))),
            ("multipart/form-data; boundary=\"a", .malformed(.quoteMissing)),
            ("multipart/form-data; boundary", .malformed(.malformedParameter)),
        ] as [(String, MultipartBoundary.Flaw)])
    func refused(_ contentType: String, _ flaw: MultipartBoundary.Flaw) {
        #expect(throws: flaw) { try MultipartBoundary(contentType: Array(contentType.utf8)) }
        #expect(!flaw.description.isEmpty)
    }
}
