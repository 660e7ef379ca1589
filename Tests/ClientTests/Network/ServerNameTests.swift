import TestSupport
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
            ("[fe80::1%eth0]:443", "fe80::1%eth0", 443), ("[2001:db8::1:443]", "2001:db8::1:443", 443),
            ("my_camera-2", "my_camera-2", 443),
        ] as [(String, String, UInt16)])
    func takesApart(_ text: String, _ host: String, _ port: UInt16) throws {
        let name = try ServerName(text)
        #expect(name.host == host)
        #expect(name.port == port)
    }

    @Test(
        "have one form for all that the system takes for the same",
        arguments: [
            ("Example.ORG", "example.org"), ("example.org.", "example.org"), ("EXAMPLE.org.:443", "example.org"),
            ("127.1", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("127.0.0.01", "127.0.0.1"), ("2130706433", "127.0.0.1"),
            ("0177.0.0.1", "127.0.0.1"), ("127.0.0.1.", "127.0.0.1"), ("::ffff:127.0.0.1", "127.0.0.1"),
            ("[::FFFF:7f00:1]", "127.0.0.1"), ("0:0:0:0:0:0:0:1", "::1"), ("2001:DB8:0::00a", "2001:db8::a"),
            ("FE80::1%eth0", "fe80::1%eth0"), ("fe80::1%eth0", "fe80::1%eth0"),
        ])
    func hasOneForm(_ text: String, _ host: String) throws {
        let name = try ServerName(text)
        #expect(name.host == host)
        #expect(try ServerName(name.description).description == name.description)
    }

    @Test("ask the system for a name with its dot, and the certificate for no zone")
    func lookUp() throws {
        let dotted = try ServerName("Example.org.:8443")
        #expect((dotted.lookupName, dotted.certificateName) == ("example.org.", "example.org"))
        #expect((dotted.description, dotted.asWritten) == ("example.org:8443", "Example.org.:8443"))
        let linkLocal = try ServerName("fe80::1%eth0")
        #expect((linkLocal.lookupName, linkLocal.certificateName) == ("fe80::1%eth0", "fe80::1"))
        #expect(linkLocal.description == "[fe80::1%eth0]:443")
    }

    @Test(
        "are refused when they aren't one, with what to do",
        arguments: [
            ("", "1 to 253"), (":443", "1 to 253"), (".", "1 to 253"), ("example.org:", "port"),
            ("example.org:0", "port"),
            ("example.org:65536", "port"), ("example.org:+1", "port"), ("example.org:x", "port"), ("[::1", "no \"]\""),
            ("[::1]443", "colon"), ("[::1]:", "port"), ("[example.org]:443", "brackets"), ("[127.0.0.1]", "brackets"),
            ("https://example.org", "https://"), ("https://example.org:443/", "https://"), ("example.org/x", "slash"),
            ("user@example.org", "--username"), ("a b", "letters"), ("example\n.org", "letters"),
            ("ex\u{e4}mple.org", "xn--"), ("*.example.org", "letters"), ("example%2eorg", "letters"),
            ("example.org%eth0", "letters"), ("127.0.0.1%lo", "letters"), ("fe80::1%", "IPv6"), (".example.org", "dot"),
            ("example..org", "dot"), ("example.org..", "dot"), ("a:b:c", "IPv6"),
        ])
    func refuses(_ text: String, _ part: String) throws {
        let error = try #require(throws: ServerNameError.self) { try ServerName(text) }
        #expect(error.reason.contains(part), "\(error.reason)")
    }

    @Test(
        "an IPv6 address with a port behind it, or perhaps not, is to stand in brackets",
        arguments: [
            ("::1:443", "write [::1]:443 or [::1:443]"), ("2001:db8::1:8443", "[2001:db8::1]:8443"),
            ("1:2:3:4:5:6:7:8:443", "write [1:2:3:4:5:6:7:8]:443"), ("fe80::1%eth0:443", "[fe80::1%eth0]:443"),
        ])
    func isAmbiguous(_ text: String, _ part: String) throws {
        let error = try #require(throws: ServerNameError.self) { try ServerName(text) }
        #expect(error.reason.contains(part), "\(error.reason)")
    }

    @Test("find the state that an earlier version has left under the name as it was written")
    func findsEarlierState() throws {
        let scratch = try ScratchFolder("state")
        func folder(_ server: String) throws -> String {
            try StateLocation.folder(
                option: scratch.path, server: ServerName(server), user: "u", watchedFolder: "/video")
        }
        let usual = try folder("example.org")
        #expect(try folder("Example.org.") == usual)
        let earlier = try StateLocation.folder(
            option: scratch.path, server: "Example.org.:443", user: "u", watchedFolder: "/video")
        try scratch.makeFolder(String(earlier.dropFirst(scratch.path.count + 1)))
        #expect(try folder("Example.org.") == earlier)
        #expect(try folder("example.org") == usual)
        try scratch.makeFolder(String(usual.dropFirst(scratch.path.count + 1)))
        #expect(try folder("Example.org.") == usual)
    }
}
