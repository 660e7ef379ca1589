import HTTP
import Testing

@Suite("What proxies tell of a client")
struct ForwardedTests {
    private func fields(_ name: FieldName, _ values: [String]) throws -> Fields {
        var fields = Fields()
        for value in values { fields.append(name, try #require(FieldValue(value))) }
        return fields
    }

    private func text(_ hop: ForwardedHop) -> String {
        let node = hop.node.map { $0.host + ($0.port.map { " \($0)" } ?? "") } ?? "-"
        return node + (hop.scheme.map { " \($0)" } ?? "")
    }

    @Test(
        "is read as RFC 7239 has it",
        arguments: [
            (["for=192.0.2.60;proto=http;by=203.0.113.43"], ["192.0.2.60 http"]),
            (["For=\"[2001:db8:cafe::17]:4711\""], ["2001:db8:cafe::17 4711"]),
            (
                ["for=192.0.2.43, for=198.51.100.17", "FOR=\"192.0.2.61:80\" ; Proto=HTTPS"],
                [
                    "192.0.2.43", "198.51.100.17", "192.0.2.61 80 https",
                ]
            ),
            (["for=unknown, for=_hidden, for=\"_gazonk:_1\""], ["-", "-", "-"]),
            (["for=192.0.2.1;for=192.0.2.2"], ["-"]), (["proto=https"], ["- https"]), (["nonsense"], ["-"]),
            (["for=\"192.0.2.1"], ["-"]), (["for=\"a, b\";proto=http, for=192.0.2.9"], ["- http", "192.0.2.9"]),
            (["for=\"192.0.2.\\1\""], ["192.0.2.1"]), (["for=192.0.2.1:99999"], ["-"]), ([], []),
        ] as [([String], [String])])
    func forwarded(_ values: [String], _ expected: [String]) throws {
        #expect(try fields(.forwarded, values).forwarded.map(text) == expected)
    }

    @Test(
        "is read as the usual fields have it",
        arguments: [
            (["203.0.113.7"], ["203.0.113.7"]),
            (["9.9.9.9, 203.0.113.7", "10.0.0.1"], ["9.9.9.9", "203.0.113.7", "10.0.0.1"]),
            (["2001:db8::1, [2001:db8::2], [2001:db8::3]:80"], ["2001:db8::1", "2001:db8::2", "2001:db8::3 80"]),
            (["203.0.113.7:8080"], ["203.0.113.7 8080"]), (["unix:, unknown, evil<script>"], ["-", "-", "-"]),
            (["[::1", "[::1]x", ":80"], ["-", "-", "-"]),
        ] as [([String], [String])])
    func usual(_ values: [String], _ expected: [String]) throws {
        #expect(try fields(.forwardedFor, values).forwardedFor.map(text) == expected)
        #expect(try fields(.forwardedScheme, ["http, HTTPS"]).forwardedScheme == "https")
        #expect(Fields().forwardedScheme == nil)
    }
}
