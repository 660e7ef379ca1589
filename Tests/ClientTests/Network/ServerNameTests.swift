import Testing

@testable import AutoUploadClient

@Suite("Server names")
struct ServerNameTests {
    @Test(
        "are taken apart as people write them",
        arguments: [
            ("example.org", "example.org", 443), ("example.org:8443", "example.org", 8443),
            ("192.0.2.1", "192.0.2.1", 443), ("192.0.2.1:1", "192.0.2.1", 1), ("2001:db8::1", "2001:db8::1", 443),
            ("[2001:db8::1]", "2001:db8::1", 443), ("[2001:db8::1]:65535", "2001:db8::1", 65535), ("::1", "::1", 443),
            ("[fe80::1%eth0]:443", "fe80::1%eth0", 443),
        ] as [(String, String, UInt16)])
    func takesApart(_ text: String, _ host: String, _ port: UInt16) throws {
        let name = try #require(ServerName(text))
        #expect(name.host == host)
        #expect(name.port == port)
    }

    @Test(
        "are refused when they aren't one",
        arguments: [
            "", ":443", "example.org:", "example.org:0", "example.org:65536", "example.org:+1", "example.org:x",
            "[::1", "[::1]443", "[::1]:", "[example.org]:443", "https://example.org", "user@example.org", "a b",
            "example\n.org", "ex\u{e4}mple.org",
        ])
    func refuses(_ text: String) {
        #expect(ServerName(text) == nil)
    }

    @Test("have one text for one server, which finds itself", arguments: ["h", "h:443", "[::1]", "::1", "[::1]:443"])
    func hasOneText(_ text: String) throws {
        let name = try #require(ServerName(text))
        #expect(ServerName(name.description) == name)
        #expect(name.description.hasSuffix(":443"))
    }
}
