import Testing
import XML

@Suite("XML")
struct XMLDocumentTests {
    private func root(_ text: String) -> XMLElement? { XMLDocument.root(of: Array(text.utf8)) }

    @Test("elements, their texts and their order; namespaces and attributes are passed over")
    func elements() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <s:List xmlns:s="http://s3.amazonaws.com/doc/2006-03-01/" more="1"><Key>a &amp; b&#x20;&quot;c&quot;</Key><Part><N>1</N></Part>
            <Part><N>2</N></Part><Empty/></s:List>
            """
        let list = try #require(root(text))
        #expect(list.name == "List")
        #expect(list["Key"]?.text == "a & b \"c\"")
        #expect(list.all("Part").map { $0["N"]?.text } == ["1", "2"])
        #expect(list["Empty"]?.text == "")
        #expect(list["None"] == nil)
    }

    @Test(
        "what isn't one whole document is none",
        arguments: ["", "a", "<a>", "<a></b>", "<a/><b/>", "<a>&b;</a>", "{\"a\":1}", "<a>\u{1}</a>"])
    func broken(_ text: String) { #expect(root(text) == nil) }

    @Test("a document type, with entities of its own, is refused")
    func documentType() {
        #expect(root("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>") == nil)
        #expect(root("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>") == nil)
    }

    @Test("what nests deeper than any answer is refused, whatever follows")
    func depth() {
        let names = Array(repeating: "a", count: 17)
        #expect(root(names.map { "<\($0)>" }.joined() + names.map { "</\($0)>" }.joined()) == nil)
        #expect(root(String(repeating: "<a>", count: 100_000)) == nil)
    }
}
