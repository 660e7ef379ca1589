import S3
import Testing

@Suite("Places of S3")
struct PlaceTests {
    @Test(
        "an endpoint is a scheme, a host and perhaps a port",
        arguments: [
            ("https://s3.example.org", "https://s3.example.org"), ("HTTP://Localhost:7480/", "http://localhost:7480"),
            ("https://a.b:443", "https://a.b"), ("http://a.b:443", "http://a.b:443"),
        ])
    func endpoints(_ text: String, _ origin: String) {
        #expect(S3Endpoint(text)?.origin == origin)
    }

    @Test(
        "anything else is none",
        arguments: [
            "s3.example.org", "https://", "https://a/b", "ftp://a", "https://a:0", "https://a:65536", "https://a:+1",
            "https://a b", "https://a@b", "https://[::1]", "https://a:1:2", "https://.a", "https://a?b", "https:///a",
        ])
    func noEndpoints(_ text: String) { #expect(S3Endpoint(text) == nil) }

    @Test("names of buckets", arguments: ["abc", "a.b-c", "0-0"])
    func buckets(_ name: String) { #expect(BucketName(name)?.text == name) }

    @Test(
        "what is no bucket's",
        arguments: ["ab", "Abc", "a..b", "-ab", "ab-", "a_b", "a/b", "a b", String(repeating: "a", count: 64)])
    func noBuckets(_ name: String) { #expect(BucketName(name) == nil) }

    @Test(
        "a key is escaped in one way, and read in that alone",
        arguments: [
            ("a/b.mp4", "a/b.mp4"), ("Zürich +1.mov", "Z%C3%BCrich%20%2B1.mov"), ("a~b_c-d(e)", "a~b_c-d%28e%29"),
        ])
    func keys(_ text: String, _ encoded: String) {
        #expect(ObjectKey(text)?.encoded == encoded)
        #expect(ObjectKey(encoded: encoded)?.text == text)
    }

    @Test(
        "what is no key's",
        arguments: [
            "", "/a", "a/", "a//b", "a/../b", "..", ".", "a/.", "a\nb", "a\u{7F}", "a\u{0}",
            String(repeating: "a", count: 1025),
        ])
    func noKeys(_ text: String) { #expect(ObjectKey(text) == nil) }

    @Test(
        "other ways of writing one are none",
        arguments: [
            "a%2fb", "a%2Fb", "%61", "a%", "a%2", "a%zz", "a b", "a%2E%2E/b", "%2E%2E/a", "a%0Ab", "a%FF", "a%+1",
            "a?b",
        ])
    func otherWritings(_ encoded: String) { #expect(ObjectKey(encoded: encoded) == nil) }
}
