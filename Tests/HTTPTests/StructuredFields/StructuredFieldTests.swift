import HTTP
import Testing

@Suite("Structured fields")
struct StructuredFieldTests {
    @Test("are read, and written anew, or refused, as the vector says", arguments: StructuredVector.all)
    func vector(_ vector: StructuredVector) throws {
        let content = vector.content
        guard let raw = content.raw, let value = combined(raw) else { return }
        let trace = try StructuredTrace(value, as: content.kind)
        switch trace {
        case .refused(let flaw):
            #expect(content.mustFail == true || content.canFail == true, "\(flaw)")
            #expect(flaw.offset <= value.bytes.count)
        case .read(let json, let written):
            #expect(content.mustFail != true)
            if let expected = content.expected { #expect(json == expected) }
            #expect((written.map { [$0.text] } ?? []) == content.canonical ?? raw)
            if let written {
                #expect(try StructuredTrace(written, as: content.kind) == .read(json, written: written))
            }
        }
    }

    /// - Returns: nil for a line that no field may have: that never comes to be read.
    private func combined(_ raw: [String]) -> FieldValue? {
        var fields = Fields()
        for line in raw {
            guard let value = FieldValue(withoutBlanks(line)) else { return nil }
            fields.append(.uploadLimit, value)
        }
        return fields.combined(.uploadLimit) ?? ""
    }

    /// As the reader of requests gives it.
    private func withoutBlanks(_ line: String) -> String {
        String(line.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    @Test("of every kind are among the vectors, the bad ones too")
    func coverage() {
        for kind in [StructuredVector.Kind.item, .list, .dictionary] {
            let cases = StructuredVector.all.map(\.content).filter { $0.kind == kind }
            #expect(cases.contains { $0.mustFail == true })
            #expect(cases.contains { $0.mustFail != true })
        }
        #expect(StructuredVector.all.count > 100)
    }

    @Test("take 1024 members and no more, and of a key that comes again the last")
    func limits() throws {
        let many = (0..<1024).map { "a\($0)" }
        #expect(try StructuredDictionary(value(many.joined(separator: ","))).entries.count == 1024)
        #expect(throws: StructuredFlaw.self) { try StructuredDictionary(value((many + ["b"]).joined(separator: ","))) }
        #expect(throws: StructuredFlaw.self) {
            try StructuredItem(value((["a"] + many + ["b"]).joined(separator: ";")))
        }
        #expect(throws: StructuredFlaw.self) {
            try StructuredList(value("(" + (many + ["b"]).joined(separator: " ") + ")"))
        }
        let again = try StructuredDictionary("a=1, b=2, a=3")
        #expect(again["a"]?.value == .integer(3))
        #expect(again.entries.map(\.key) == ["a", "b"])
    }

    private func value(_ text: String) throws -> FieldValue { try #require(FieldValue(text)) }

    @Test(
        "that nobody could read aren't written",
        arguments: [
            .integer(1_000_000_000_000_000), .integer(-1_000_000_000_000_000), .string("ü"), .string("a\u{7F}"),
            .token(""), .token("1a"), .token("a b"), .date(.max),
            .decimal(StructuredDecimal(thousandths: 1_000_000_000_000_000)),
        ] as [BareItem])
    func unwritable(_ item: BareItem) {
        #expect(throws: StructuredFlaw.self) { try StructuredItem(item).encoded() }
        var parameters = StructuredParameters()
        parameters.set("Capital", .boolean(true))
        #expect(throws: StructuredFlaw.self) { try StructuredItem(.boolean(true), parameters: parameters).encoded() }
    }
}
