import Testing

@testable import Platform

@Suite("Ranges of addresses")
struct AddressRangeTests {
    private func contains(_ range: String, _ address: String) throws -> Bool {
        try #require(AddressRange(range)).contains(try #require(SocketAddress(numeric: address)).hostAddress)
    }

    @Test(
        "an address is in those networks that begin as it does",
        arguments: [
            ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false), ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.4/30", "192.0.2.7", true),
            ("192.0.2.4/30", "192.0.2.8", false), ("10.0.0.0/8", "10.255.0.1", true), ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "2001:db8::1", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("::1", "::1", true), ("::/0", "2001:db8::1", true),
            ("::/0", "192.0.2.1", false), ("192.0.2.7", "::ffff:192.0.2.7", true),
        ])
    func contains(_ range: String, _ address: String, _ isIn: Bool) throws {
        #expect(try contains(range, address) == isIn)
    }

    @Test("this machine by its file system is no network's")
    func unix() throws {
        let range = try #require(AddressRange("unix"))
        #expect(range.contains(.unix))
        #expect(try !range.contains(#require(SocketAddress(numeric: "127.0.0.1")).hostAddress))
        #expect(try !#require(AddressRange("0.0.0.0/0")).contains(.unix))
    }

    @Test(
        "what is no range isn't taken for one",
        arguments: [
            "", "/", "/8", "192.0.2.7/", "192.0.2.7/24", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+24",
            "192.0.2.0/24/",
            "2001:db8::/129", "2001:db8::1/64", "localhost", "192.0.2", "192.0.2.0/ 24", "unix/0",
        ])
    func refuses(_ text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test(
        "addresses that come as bytes are those that come as text",
        arguments: ["192.0.2.7", "2001:db8::7", "::", "::1"])
    func bytes(_ text: String) throws {
        let address = try #require(SocketAddress(numeric: text, port: 9))
        let same = try #require(SocketAddress(host: address.bytes, port: 9))
        #expect(same.description == address.description)
        #expect(SocketAddress(host: address.bytes + [0], port: 9) == nil)
    }
}
