import Encodings
import HTTP
import JSON
import Testing

@testable import Blobs

@Suite("Releases of clients")
struct ReleaseTests {
    @Test(
        "have three numbers, with or without a letter before them",
        arguments: [("v1.14.5", "1.14.5"), ("1.2.30", "1.2.30")])
    func versions(_ tag: String, _ version: String) { #expect(ReleaseVersion(tag: tag)?.description == version) }

    @Test(
        "have no other names",
        arguments: [
            "", "v", "1.2", "1.2.3.4", "1.2.x", "vv1.2.3", "1.2.3-beta", "1..3", "1.2.-3", "1.2.99999999999", " 1.2.3",
        ])
    func others(_ tag: String) { #expect(ReleaseVersion(tag: tag) == nil) }

    @Test(
        "of a list the newest by number counts, drafts and odd names don't, and one before its time only if it is newer"
    )
    func newest() throws {
        func list(_ releases: String...) -> [UInt8] { Array("[\(releases.joined(separator: ","))]".utf8) }
        func release(_ tag: String, _ more: String = "") -> String { "{\"tag_name\":\"\(tag)\"\(more)}" }
        let pre = ",\"prerelease\":true"
        let releases = try #require(
            Releases(
                list(release("v1.9.0"), release("v1.10.0"), release("nightly"), release("v2.0.0", ",\"draft\":true"))))
        #expect(releases.latest.version.description == "1.10.0" && releases.prerelease == nil)
        let both = try #require(Releases(list(release("v1.9.0"), release("v1.8.0", pre), release("v1.9.1", pre))))
        #expect(both.prerelease?.version.description == "1.9.1")
        #expect(Releases(list(release("v1.9.0"), release("v1.8.0", pre)))?.prerelease == nil)
        for nothing in [list(), list(release("v1.0.0", pre)), Array("{}".utf8), Array("<html>".utf8), []] {
            #expect(Releases(nothing) == nil)
        }
    }

    @Test("are said with what belongs to them, and nothing else")
    func json() throws {
        let releases = try #require(
            Releases(
                Array(
                    #"""
                    [{"tag_name":"v1.2.3","name":"N","body":"\"notes\"\n","extra":[[{}]],"assets":[
                      {"name":"a.deb","browser_download_url":"https://example.org/a.deb","uploader":{"login":"x"}},{"name":"b"}]}]
                    """#.utf8)))
        let json = try #require(JSONValue(Array(releases.json(updated: 17).text.utf8)))
        #expect(
            json
                == JSONValue(
                    Array(
                        #"""
                        {"status_code":200,"updated":17,"result":"1.2.3","name":"N","notes":"\"notes\"\n",
                         "assets":[{"name":"a.deb","url":"https://example.org/a.deb"}]}
                        """#.utf8)))
    }

    @Test("are asked for at addresses that are protected, or this machine's own")
    func sources() {
        for (url, port) in [
            ("https://api.github.com/repos/x", 443), ("https://a:8443", 8443), ("http://127.0.0.1:80/x", 80),
            ("http://[::1]:81", 81), ("http://localhost", 80), ("https://[2001:db8::1]:1/x", 1),
        ] as [(String, UInt16)] {
            #expect(UpstreamSource(url).map { $0.port == port } == true, "\(url)")
        }
        for url in [
            "", "http://example.org", "ftp://127.0.0.1", "file:///etc/passwd", "https://", "https://a:0", "https://a:x",
            "https://user@a", "https://a b", "http://127.0.0.1.example.org", "http://127.0.0.1@example.org",
        ] {
            #expect(UpstreamSource(url) == nil, "\(url)")
        }
    }
}

/// Signed by another implementation (Python's cryptography), with the key that the bytes 0 to 31 are the secret of.
@Suite("Signed questions for versions")
struct SignedVersionRequestTests {
    private static let key = "0703a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
    private static let signature =
        "9a0811ca58a0102df70909adf19cb073a4a3c6ca5d94a94646b55651a781072cdcdc38dcc90d279b452fc6dfac444dfe2b547eec214f428508ef25511fe8860b"
    private static let target = Array("/session_version?platform=desktop".utf8)

    private func check(
        key: String? = key, time: String? = "1700000000", signature: String? = signature, now: Int64 = 1_700_000_000,
        target: [UInt8] = target
    ) -> BlobTrouble? {
        var fields = Fields()
        for (name, value) in [("X-FS-Pubkey", key), ("X-FS-Timestamp", time), ("X-FS-Signature", signature)] {
            if let value, let name = FieldName(Array(name.utf8)), let value = FieldValue(value) {
                fields.append(name, value)
            }
        }
        do throws(BlobTrouble) {
            try SignedVersionRequest.check(fields, .get, target, now: now)
            return nil
        } catch {
            return error
        }
    }

    @Test("are right, in hexadecimal and in Base64, within a day")
    func right() {
        #expect(check() == nil)
        #expect(
            check(
                key: "BwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
                signature: "mggRyligEC33CQmt8Zywc6SjxspdlKlGRrVWUaeBByzc3DjcyQ0nm0Uvxt+sRE3+K1R+7CFPQoUI7yVRH+iGCw==")
                == nil)
        #expect(check(now: 1_700_086_400) == nil && check(now: 1_699_913_600) == nil)
        #expect(check(key: nil, time: nil, signature: nil) == nil)
    }

    @Test("are refused in part, at another time, and where anything differs")
    func wrong() {
        #expect(check(key: nil) == .malformed && check(time: nil) == .malformed && check(signature: nil) == .malformed)
        #expect(check(key: "08" + Self.key.dropFirst(2)) == .malformed && check(key: "07") == .malformed)
        #expect(check(time: "-1") == .malformed && check(time: "now") == .malformed)
        #expect(check(now: 1_700_086_401) == .otherTime && check(now: 1_699_913_599) == .otherTime)
        #expect(check(time: "1700000001") == .unsigned)
        #expect(check(target: Array("/session_version?platform=ios".utf8)) == .unsigned)
        #expect(check(signature: String(repeating: "0", count: 128)) == .unsigned)
    }
}
