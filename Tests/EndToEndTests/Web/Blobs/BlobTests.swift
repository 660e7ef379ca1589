import Foundation
import TestSupport
import Testing

@Suite("Expiring blobs")
struct BlobTests {
    typealias Store = BlobServer.Store

    @Test("are kept and answered as they came, with their times", arguments: ["numeric", "hash"], Store.installed)
    func keeps(_ naming: String, _ store: Store) throws {
        let blobs = try BlobServer(store: store, "--blobs", naming)
        let content = sample(100_000)
        let id = try blobs.keep(content)
        #expect(try blobs.content(of: id) == content)
        let again = try blobs.keep(content)
        if naming == "hash" {
            #expect(again == id && id.utf8.count == 44)
        } else {
            #expect(again != id && UInt64(id).map { $0 < 1 << 53 } == true)
        }
        let info = try blobs.curl("/file/\(id)/info", []).object()
        #expect(info["size"] as? Int == content.count)
        let (uploaded, expires) = (info["uploaded"] as? Double ?? 0, info["expires"] as? Double ?? 0)
        #expect(abs(expires - uploaded - 21 * 86_400) < 0.01)
        #expect(abs(uploaded - Date().timeIntervalSince1970) < 600)
    }

    @Test("go in JSON, too", arguments: ["numeric", "hash"], Store.installed)
    func inJSON(_ naming: String, _ store: Store) throws {
        let blobs = try BlobServer(store: store, "--blobs", naming)
        let content = sample(50_000)
        let body = try blobs.curl.scratch.write("{\"file\":\"\(Data(content).base64EncodedString())\"}", to: "body")
        let answer = try blobs.curl("/files", ["--data-binary", "@\(body)"])
        let object = try answer.object()
        #expect(answer.status == 200 && object["status_code"] as? Int == 200 && object.count == 2)
        let id = try #require(object["result"].map { "\($0)" })
        #expect((object["result"] is NSNumber) == (naming == "numeric"))
        let back = try blobs.curl("/files/\(id)", []).object()
        #expect(back["status_code"] as? Int == 200)
        #expect(back["result"] as? String == Data(content).base64EncodedString())
        #expect(try blobs.content(of: id) == content)
        // Padding may be left out, and nothing else.
        for (body, status) in [
            (#"{"file":"aGVsbG8"}"#, 200), (#"{"file":"a"}"#, 400), (#"{"file":"a*b="}"#, 400), ("{}", 400), ("", 400),
            ("[]", 400), (#"{"file":1}"#, 400), (#"{"file":""}"#, 413),
        ] {
            #expect(try blobs.curl("/files", ["-d", body]).status == status, "\(body)")
        }
    }

    @Test("are gone at their second, and their files soon after", arguments: Store.installed, [1, 100_000])
    func expire(_ store: Store, _ size: Int) throws {
        let blobs = try BlobServer(store: store, "--blobs", "hash", "--blob-expiry", "3s")
        let id = try blobs.keep(sample(size))
        let info = try blobs.curl("/file/\(id)/info", [])
        let expiry = try #require(try info.object()["expires"] as? Double)
        let isGone = try eventually {
            let before = Date().timeIntervalSince1970
            let isGone = try blobs.content(of: id) == nil
            // What is asked for after its time is never there, what is answered before it is.
            if before >= expiry { #expect(isGone) }
            if Date().timeIntervalSince1970 < expiry { #expect(!isGone) }
            return isGone
        }
        #expect(isGone)
        #expect(try blobs.curl("/file/\(id)/info", []).isError(404))
        #expect(try blobs.curl("/files/\(id)", []).isError(404))
        let isRemoved = try eventually { try blobs.server.site.blobFiles().isEmpty }
        #expect(isRemoved)
    }

    @Test("live longer by being sent again", arguments: Store.installed)
    func refresh(_ store: Store) throws {
        let blobs = try BlobServer(store: store, "--blobs", "hash")
        func expiry(_ id: String) throws -> Double {
            try #require(try blobs.curl("/file/\(id)/info", []).object()["expires"] as? Double)
        }
        let id = try blobs.keep([1])
        let first = try expiry(id)
        let isLater = try eventually { try blobs.keep([1]) == id && expiry(id) > first }
        #expect(isLater)
        #expect(try blobs.server.site.blobFiles() == (store == .embedded ? [id] : []))
    }

    @Test("have limits, each with its status, in JSON", arguments: Store.installed)
    func limits(_ store: Store) throws {
        let blobs = try BlobServer(
            store: store, "--blobs", "numeric", "--blob-max-size", "1000", "--blob-budget", "20000")
        #expect(try blobs.post([]).isError(413))
        #expect(try blobs.post(sample(1001)).isError(413))
        #expect(try blobs.post(sample(1001), "-H", "Transfer-Encoding: chunked").isError(413))
        let encoded = Data(sample(1001)).base64EncodedString()
        #expect(try blobs.curl("/files", ["-d", "{\"file\":\"\(encoded)\"}"]).isError(413))
        #expect(try blobs.curl("/files", ["-d", String(repeating: "x", count: 3000)]).isError(413))
        for id in ["none", "-", String(repeating: "a", count: 45), "a.b", "%2e%2e"] {
            for place in ["/file/\(id)", "/files/\(id)", "/file/\(id)/info"] {
                #expect(try blobs.curl(place, []).isError(404), "\(place)")
            }
        }
        _ = try blobs.keep(sample(1000))
        _ = try blobs.keep(sample(1000))
        #expect(try blobs.post(sample(1000)).isError(507))
        #expect(try blobs.server.site.scratch.names(in: "\(Site.blobs)/incoming") == [])
    }

    @Test("are taken and answered for each address so often an hour")
    func rates() throws {
        let blobs = try BlobServer(nil, "--blobs", "numeric", "--blob-rate", "2", "--blob-request-rate", "3")
        _ = try blobs.keep([1])
        let id = try blobs.keep([1])
        let answer = try blobs.post([1])
        #expect(try answer.isError(429) && Int(answer.fields["retry-after"] ?? "").map { $0 > 0 } == true)
        for _ in 0..<3 { #expect(try blobs.curl("/file/\(id)", []).status == 200) }
        #expect(try blobs.curl("/file/\(id)", []).isError(429))
        let other = try Curl(blobs.server, from: "127.0.0.2")
        #expect(try other("/file/\(id)", []).status == 200)
    }

    @Test("take the methods that they say, and leave users' files where they are", arguments: Store.installed)
    func methods(_ store: Store) throws {
        let blobs = try BlobServer(store: store, "--blobs", "numeric")
        for (place, methods) in [
            ("/file", "POST, OPTIONS"), ("/files", "POST, OPTIONS"), ("/file/1", "GET, HEAD, OPTIONS"),
            ("/file/1/info", "GET, HEAD, OPTIONS"), ("/files/1", "GET, HEAD, PUT, OPTIONS"),
            ("/files/a/b", "PUT, OPTIONS"),
        ] {
            #expect(try blobs.curl(place, ["-X", "OPTIONS"]).fields["allow"] == methods, "\(place)")
            #expect(try blobs.curl(place, ["-X", "DELETE"]).status == 405, "\(place)")
        }
        let put = try blobs.curl("/files/clip", Curl.login + ["-T", try blobs.curl.scratch.write([1, 2], to: "clip")])
        #expect(put.status == 201)
        #expect(try blobs.curl("/files/clip", []).isError(404))
        #expect(try blobs.server.site.stored().keys.sorted() == ["clip"])
        let head = try blobs.curl("/file/\(try blobs.keep([1, 2, 3]))", ["-I"])
        #expect(head.status == 200 && head.fields["content-length"] == "3" && head.text.contains("200 OK"))
    }

    @Test("aren't there unless they are wanted")
    func off() throws {
        let server = try TestServer()
        let curl = try Curl(server)
        #expect(try curl("/file", ["-d", "hello"]).status == 404)
        #expect(try curl("/file/1", []).status == 404)
        #expect(try curl("/files/1", []).status == 405)
        #expect(throws: TestServer.DidNotStart.self) { try TestServer(options: ["--blobs", "hash", "--web", "off"]) }
        #expect(throws: TestServer.DidNotStart.self) { try TestServer(options: ["--blobs", "names"]) }
        #expect(throws: TestServer.DidNotStart.self) {
            try TestServer(options: ["--blobs", "hash", "--blob-expiry", "soon"])
        }
    }
}
