import HTTP
import Testing

@Suite("Cookies")
struct CookieTests {
    private func cookie(_ lines: String...) -> String? {
        var fields = Fields()
        for line in lines { fields.append(.cookie, FieldValue(line) ?? "") }
        return fields.cookie("__Host-s").map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("one is found among others, and only under its exact name")
    func found() {
        #expect(cookie("a=b; __Host-s=1f; c=d") == "1f")
        #expect(cookie("a=b", "__Host-s=1f") == "1f")
        #expect(cookie("__Host-s=") == "")
        for other in ["__host-s=1", "x__Host-s=1", "__Host-s2=1", "a=__Host-s=1", "__Host-s", ""] {
            #expect(cookie(other) == nil, "\(other)")
        }
    }

    @Test("of two of the same name none counts")
    func twice() {
        #expect(cookie("__Host-s=1; __Host-s=2") == nil)
        #expect(cookie("__Host-s=1", "__Host-s=1") == nil)
    }

    @Test("one that is set is for TLS, this host and no script")
    func set() {
        #expect(
            OwnCookie.setting("__Host-s", to: "1f").text
                == "__Host-s=1f; Path=/; Secure; HttpOnly; SameSite=Strict")
        #expect(OwnCookie.removing("__Host-s").text.contains("Max-Age=0"))
    }
}
