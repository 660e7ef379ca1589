import Domain
import Encodings
import Platform
import Testing

@testable import WebFace

/// What real clients send in Upload-Metadata, and the file that is meant.
@Suite struct TusMetadataTests {
    private func path(_ field: String) throws -> String? {
        try TusMetadata(Array(field.utf8)).path()?.description
    }

    private func pair(_ key: String, _ value: String) -> String {
        "\(key) \(encodeBase64(Array(value.utf8), isPadded: true))"
    }

    @Test(
        "none at all, as tuspy sends it, and pairs whose value is missing",
        arguments: ["", "note ", "note", "a,b ,c", ","])
    func empty(_ field: String) throws {
        #expect(try path(field) == nil)
    }

    @Test("the path in a folder that was dropped counts before the name, unless it is what scripts make of nothing")
    func names() throws {
        #expect(try path(pair("filename", "a.mp4")) == "a.mp4")
        #expect(try path(pair("name", "a.mp4") + "," + pair("type", "video/mp4")) == "a.mp4")
        #expect(try path(pair("relativePath", "trip/a.mp4") + "," + pair("filename", "a.mp4")) == "trip/a.mp4")
        #expect(try path(pair("relativePath", "/trip/a.mp4")) == "trip/a.mp4")
        #expect(try path(pair("relativePath", "null") + "," + pair("name", "a.mp4")) == "a.mp4")
        #expect(try path(pair("filename", "C:\\clips\\a.mp4")) == "a.mp4")
        #expect(try path(pair("filename", "/home/u/a.mp4")) == "a.mp4")
        #expect(try path("filename YQ") == "a")
    }

    @Test("no path leads elsewhere", arguments: ["..", "a/../b", "a//b", ".auto-upload/x", "a\u{0}b", "a/"])
    func bad(_ name: String) throws {
        #expect(throws: RemotePath.Flaw.self) { try path(pair("filename", name)) }
        if !name.contains("//"), !name.hasSuffix("/") {
            #expect(throws: RemotePath.Flaw.self) { try path(pair("relativePath", name)) }
        }
    }

    @Test("what can't be read is refused", arguments: ["filename a b", "a YQ==,a YQ==", "filename %%%%", "filename Y"])
    func malformed(_ field: String) throws {
        #expect(throws: TusMetadata.Flaw.self) { try TusMetadata(Array(field.utf8)) }
    }

    @Test("a file's time is Unix seconds")
    func time() throws {
        let metadata = try TusMetadata(Array(pair("mtime", "1700000000").utf8))
        #expect(metadata.modified == FileTime(seconds: 1_700_000_000, nanoseconds: 0))
        #expect(try TusMetadata(Array(pair("mtime", "yesterday").utf8)).modified == nil)
    }

    @Test("what is kept for HEAD comes back as it was")
    func note() throws {
        for (concat, metadata) in [("", ""), ("partial", ""), ("", "a YQ=="), ("final;/tus/1", "b ,c")] {
            let note = try #require(TusNote(TusNote(concat: Array(concat.utf8), metadata: Array(metadata.utf8)).bytes))
            #expect(note.concat.elementsEqual(concat.utf8) && note.metadata.elementsEqual(metadata.utf8))
            #expect(PutManner(note: note.bytes) == nil)
        }
        let manner = PutManner(mustBeNew: true, refusesTaken: false, isJSON: true, isWholeOnce: true)
        #expect(PutManner(note: manner.note) == manner && TusNote(manner.note) == nil)
    }
}

/// Which pages of other servers may upload.
@Suite struct CrossOriginTests {
    @Test("an origin is a scheme and a host")
    func origins() {
        for right in ["https://a.example", "http://a.example:8080", "https://[::1]:443"] {
            #expect(CrossOrigin.isOne(right))
        }
        for wrong in [
            "", "*", "null", "a.example", "https://", "https://a.example/", "https://a/b", "ftp://a.example",
            "https://a b",
        ] {
            #expect(!CrossOrigin.isOne(wrong), "\(wrong)")
        }
    }
}
