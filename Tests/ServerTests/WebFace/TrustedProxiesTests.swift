import HTTP
import Platform
import Testing

@testable import WebFace

@Suite("Trusted proxies")
struct TrustedProxiesTests {
    private let proxies: TrustedProxies
    private let proxy: SocketAddress
    private let stranger: SocketAddress

    init() throws {
        proxy = try #require(SocketAddress(numeric: "10.0.0.1", port: 4000))
        stranger = try #require(SocketAddress(numeric: "198.51.100.66", port: 4000))
        let second = try #require(SocketAddress(numeric: "10.0.0.2"))
        proxies = TrustedProxies([proxy.hostAddress, second.hostAddress])
    }

    private func fields(_ lines: [(FieldName, String)]) throws -> Fields {
        var fields = Fields()
        for (name, value) in lines { fields.append(name, try #require(FieldValue(value))) }
        return fields
    }

    @Test(
        "the last one that isn't ours counts",
        arguments: [
            ("203.0.113.7", "203.0.113.7"), ("9.9.9.9, 203.0.113.7", "203.0.113.7"),
            ("9.9.9.9, 203.0.113.7, 10.0.0.2", "203.0.113.7"), ("10.0.0.2", "10.0.0.2"),
            ("9.9.9.9, unknown", "10.0.0.1:4000"), ("9.9.9.9, garbage, 10.0.0.2", "10.0.0.2"),
            ("::ffff:203.0.113.7", "203.0.113.7"), ("[2001:db8::1]:99", "[2001:db8::1]:99"),
        ])
    func last(_ value: String, _ expected: String) throws {
        let client = try proxies.client(of: fields([(.forwardedFor, value)]), from: proxy, isProtected: false)
        #expect(client.address.description == expected && client.scheme == "http")
        let other = try proxies.client(of: fields([(.forwardedFor, value)]), from: stranger, isProtected: false)
        #expect(other.address.description == "198.51.100.66:4000")
    }

    @Test("the scheme is the proxy's to tell, and nobody else's")
    func scheme() throws {
        let usual = try fields([(.forwardedFor, "203.0.113.7"), (.forwardedScheme, "https")])
        let standard = try fields([(.forwarded, "for=203.0.113.7;proto=https")])
        for fields in [usual, standard] {
            #expect(try proxies.client(of: fields, from: proxy, isProtected: false).scheme == "https")
            #expect(try proxies.client(of: fields, from: stranger, isProtected: false).scheme == "http")
        }
        #expect(try proxies.client(of: Fields(), from: proxy, isProtected: true).scheme == "https")
        #expect(try proxies.client(of: Fields(), from: proxy, isProtected: false).address.port == 4000)
    }

    @Test("two fields that name two clients are refused, as one of them is a client's own")
    func contradiction() throws {
        let forged = try fields([(.forwarded, "for=9.9.9.9"), (.forwardedFor, "203.0.113.7")])
        let refusal = #expect(throws: WebRefusal.self) {
            try proxies.client(of: forged, from: proxy, isProtected: false)
        }
        #expect(refusal?.status == .badRequest)
        #expect(try proxies.client(of: forged, from: stranger, isProtected: false).address.port == 4000)
        let same = try fields([(.forwarded, "for=203.0.113.7"), (.forwardedFor, "203.0.113.7")])
        #expect(try proxies.client(of: same, from: proxy, isProtected: false).address.host == "203.0.113.7")
    }

    @Test(
        "pages are from the same place where scheme, host and port are the same",
        arguments: [
            ("https", "example.org", "https://example.org", true),
            ("https", "example.org", "https://example.org:443", true),
            ("https", "example.org:443", "https://EXAMPLE.org", true),
            ("http", "example.org:80", "http://example.org", true),
            ("https", "example.org", "http://example.org", false),
            ("https", "example.org", "https://example.org:444", false),
            ("http", "[::1]:8080", "http://[::1]:8080", true), ("https", "example.org", "null", false),
            ("https", "example.org", "https://example.org.evil", false), ("https", "example.org", "", false),
        ])
    func origins(_ scheme: String, _ host: String, _ origin: String, _ isSame: Bool) throws {
        let authority = try #require(Authority(Array(host.utf8)))
        let own = try #require(Origin(scheme: scheme, authority))
        #expect((own == Origin(origin)) == isSame)
    }
}
