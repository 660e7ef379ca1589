import Foundation
import Platform
import TestSupport
import Testing

/// What the admin site gives of stored files: the whole, parts, nothing; and never as a page.
@Suite("Downloads")
struct DownloadTests {
    private let server: TestServer
    private let visitor: AdminVisitor
    private let content = sample(300_000, seed: 5)

    init() throws {
        server = try TestServer(try Site.withRole("viewer"))
        visitor = try AdminVisitor.loggedIn(server)
    }

    /// Stores a file as its user would.
    private func store(_ bytes: [UInt8], _ name: String) throws {
        let path = try visitor.curl.scratch.write(bytes, to: "sent")
        let escaped = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["/"])) ?? ""
        let answer = try visitor.curl("/files/\(escaped)", Curl.login + ["-T", path])
        guard answer.status == 201 else { throw Failure("not stored: \(answer.status) \(answer.text)") }
    }

    private func content(_ name: String, _ options: [String] = []) throws -> (Curl.Answer, [UInt8]) {
        let escaped = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["/", "?", "="])) ?? ""
        let file = "got-\(UUID().uuidString)"
        let answer = try visitor.get(
            "/admin/content/\(Fixtures.user)/\(escaped)", ["-o", visitor.curl.scratch.path(file)] + options)
        return (answer, (try? visitor.curl.scratch.bytes(of: file)) ?? [])
    }

    /// - Returns: the tag of a file, once the catalogue has heard of it: its digest.
    private func awaitTag(_ name: String) throws -> String {
        let tag = "\"\(try digest(of: content))\""
        #expect(try eventually { try content(name, ["-I"]).0.fields["etag"] == tag })
        return tag
    }

    @Test("the whole file comes, to be saved under its name, and is known by its tag afterwards")
    func whole() throws {
        try store(content, "trip/Zürich 1.bin")
        let tag = try awaitTag("trip/Zürich 1.bin")
        let (answer, bytes) = try content("trip/Zürich 1.bin")
        #expect(answer.status == 200 && bytes == content)
        #expect(answer.fields["content-length"] == "300000" && answer.fields["accept-ranges"] == "bytes")
        #expect(answer.fields["content-type"] == "application/octet-stream")
        #expect(
            answer.fields["content-disposition"]
                == "attachment; filename=\"Z_rich 1.bin\"; filename*=UTF-8''Z%C3%BCrich%201.bin")
        let date = try #require(answer.fields["last-modified"])
        for condition in ["If-None-Match: \(tag)", "If-None-Match: W/\(tag)", "If-Modified-Since: \(date)"] {
            let (known, nothing) = try content("trip/Zürich 1.bin", ["-H", condition])
            #expect(known.status == 304 && nothing.isEmpty && known.fields["etag"] == tag, "\(condition)")
        }
        #expect(try content("trip/Zürich 1.bin", ["-H", "If-Match: \"x\""]).0.status == 412)
        let (head, nothing) = try content("trip/Zürich 1.bin", ["-I"])
        #expect(head.status == 200 && head.fields["content-length"] == "300000")
        #expect(String(decoding: nothing, as: UTF8.self).hasPrefix("HTTP/1.1 200"))
        _ = try server.logLine(with: " downloaded ", "user=\(Fixtures.user)", "bytes=300000")
    }

    @Test(
        "a part comes as it was asked for",
        arguments: [
            ("0-0", 0..<1), ("0-", 0..<300_000), ("100-199", 100..<200), ("-1", 299_999..<300_000),
            ("299999-400000", 299_999..<300_000), ("131071-131072", 131_071..<131_073), ("-400000", 0..<300_000),
        ])
    func part(_ range: String, _ expected: Range<Int>) throws {
        try store(content, "clip.bin")
        let (answer, bytes) = try content("clip.bin", ["-r", range])
        #expect(answer.status == 206 && bytes == Array(content[expected]))
        #expect(
            answer.fields["content-range"] == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/300000")
    }

    @Test("several parts come with what stands around them, and more than all as the whole")
    func parts() throws {
        try store(content, "clip.bin")
        let (answer, bytes) = try content("clip.bin", ["-r", "0-9,200000-200009"])
        let type = try #require(answer.fields["content-type"])
        #expect(answer.status == 206 && type.hasPrefix("multipart/byteranges; boundary="))
        let boundary = type.dropFirst("multipart/byteranges; boundary=".count)
        func part(_ range: Range<Int>) -> [UInt8] {
            Array(
                "\r\n--\(boundary)\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/300000\r\n\r\n"
                    .utf8) + content[range]
        }
        #expect(bytes == part(0..<10) + part(200_000..<200_010) + Array("\r\n--\(boundary)--\r\n".utf8))
        #expect(answer.fields["content-length"] == String(bytes.count))
        let (whole, all) = try content("clip.bin", ["-r", "0-,0-,0-"])
        #expect(whole.status == 200 && all == content)
    }

    @Test("what can't be given, and what isn't a range, is answered as the RFC says")
    func oddRanges() throws {
        try store(content, "clip.bin")
        try store([], "empty.bin")
        let (answer, _) = try content("clip.bin", ["-r", "300000-"])
        #expect(answer.status == 416 && answer.fields["content-range"] == "bytes */300000")
        #expect(try content("empty.bin", ["-r", "0-"]).0.status == 416)
        let (empty, nothing) = try content("empty.bin")
        #expect(empty.status == 200 && empty.fields["content-length"] == "0" && nothing.isEmpty)
        for odd in ["bytes=5-2", "items=0-1", "bytes=a-b", "bytes"] {
            let (whole, bytes) = try content("clip.bin", ["-H", "Range: \(odd)"])
            #expect(whole.status == 200 && bytes == content, "\(odd)")
        }
        let tag = try awaitTag("clip.bin")
        let (same, part) = try content("clip.bin", ["-r", "0-4", "-H", "If-Range: \(tag)"])
        #expect(same.status == 206 && part == Array(content[..<5]))
        let (other, all) = try content("clip.bin", ["-r", "0-4", "-H", "If-Range: \"other\""])
        #expect(other.status == 200 && all == content)
        let (head, _) = try content("clip.bin", ["-I", "-H", "Range: bytes=0-4"])
        #expect(head.status == 200)
    }

    @Test("a download that broke goes on where it was")
    func goesOn() throws {
        try store(content, "clip.bin")
        let path = try visitor.curl.scratch.write(Array(content[..<123_456]), to: "half")
        let answer = try visitor.get("/admin/content/\(Fixtures.user)/clip.bin", ["-C", "-", "-o", path])
        #expect(answer.status == 206)
        #expect(try visitor.curl.scratch.bytes(of: "half") == content)
    }

    @Test(
        "nothing that was uploaded is ever a page or a script here",
        arguments: ["a.html", "a.svg", "a.xhtml", "a.js", "a.pdf", "a", "a.mp4.html"])
    func pages(_ name: String) throws {
        try store(Array("<script>alert(1)</script>".utf8), name)
        for query in ["", "?inline=1"] {
            let (answer, _) = try content(name + query)
            #expect(answer.fields["content-type"] == "application/octet-stream")
            #expect(answer.fields["content-disposition"]?.hasPrefix("attachment") == true)
            #expect(answer.fields["content-security-policy"] == "default-src 'none'; sandbox")
            #expect(answer.fields["x-content-type-options"] == "nosniff")
        }
    }

    @Test("what a browser plays is played where it is asked for so")
    func inline() throws {
        try store(content, "clip.mp4")
        let (played, _) = try content("clip.mp4?inline=1")
        #expect(played.fields["content-type"] == "video/mp4")
        #expect(played.fields["content-disposition"] == "inline; filename=\"clip.mp4\"")
        #expect(played.fields["content-security-policy"] == "default-src 'none'; sandbox")
        let (saved, _) = try content("clip.mp4")
        #expect(saved.fields["content-type"] == "application/octet-stream")
        #expect(try visitor.get("/admin/file/\(Fixtures.user)/clip.mp4").text.contains("<video src="))
    }

    @Test("a name is shown as a name, and ends no field of an answer")
    func names() throws {
        let names = [
            "<script>alert(1)<%2Fscript>.mp4", "\"><img src=x onerror=alert(1)>.png", "a\r\nSet-Cookie: x=y.mp4",
            "' onmouseover='alert(1).jpg", "clip\u{202E}4pm.exe", "&lt;b&gt;.txt", "${alert(1)}.txt",
        ]
        for name in names {
            let name = name.replacing("%2F", with: "")
            try store(content, name)
            let escaped = try #require(name.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            let page = try visitor.get("/admin/file/\(Fixtures.user)/\(escaped)")
            #expect(page.status == 200)
            #expect(
                !page.text.contains("<script") && !page.text.contains("<img src=x") && !page.text.contains("\u{202E}"))
            #expect(!page.text.contains(" onmouseover='") && !page.text.contains("alert(1)\""))
            let answer = try content(name).0
            #expect(answer.status == 200 && answer.fields["set-cookie"] == nil)
            #expect(answer.fields["content-disposition"]?.utf8.allSatisfy { (0x20...0x7E).contains($0) } == true)
        }
    }

    @Test("no path leads out of the users' folders, nor to the server's own")
    func escapes() throws {
        try store(content, "clip.bin")
        let folder = server.site.storage + "/" + Fixtures.user
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "/etc/passwd")
        try FileManager.default.createSymbolicLink(atPath: folder + "/folder", withDestinationPath: "/etc")
        try FileManager.default.createSymbolicLink(
            atPath: server.site.storage + "/other", withDestinationPath: "/etc")
        _ = unsafe mkfifo(folder + "/pipe", 0o600)
        let targets = [
            "camera/../../users", "camera/%2E%2E/%2E%2E/users", "..%2Fusers", "../users", "camera/link",
            "camera/folder/passwd", "other/passwd", "camera/pipe", "camera", "camera/", "", "camera/clip.bin/",
            "camera//clip.bin", "camera/none", ".auto-upload/lock", ".auto-upload/receipt-key.pem",
            "%2Eauto-upload/receipt-key.pem", ".AUTO-UPLOAD/receipt-key.pem", "camera/.auto-upload-store",
            "/etc/passwd",
            "camera/clip.bin%2F", "camera/./clip.bin",
        ]
        for target in targets {
            for part in ["content", "file"] {
                let answer = try visitor.get("/admin/\(part)/\(target)")
                #expect(answer.status == 404, "\(part)/\(target): \(answer.text.prefix(200))")
                #expect(!answer.text.contains("root:") && !answer.text.contains("PRIVATE"))
            }
        }
        #expect(try visitor.get("/admin/content/camera/clip.bin").status == 200)
    }

    @Test("who takes nothing of a download is cut off, and memory doesn't grow with the file")
    func bounds() throws {
        let size = 1 << 30
        try store(content, "clip.bin")
        let folder = server.site.storage + "/" + Fixtures.user
        let large = try FileHandle(
            forUpdating: URL(fileURLWithPath: try visitor.curl.scratch.write([], to: "large")))
        try large.truncate(atOffset: UInt64(size))
        try FileManager.default.moveItem(atPath: visitor.curl.scratch.path("large"), toPath: folder + "/large.bin")
        try server.program.forgetPeakMemory()
        let before = try server.program.peakMemory()
        let answer = try visitor.get("/admin/content/\(Fixtures.user)/large.bin", ["-o", "/dev/null"])
        #expect(answer.status == 200 && answer.exitStatus == 0)
        #expect(try server.program.peakMemory() - before < 16 << 20)
        let silent = try TestServer(try Site.withRole(), options: ["--send-timeout", "1"])
        try FileManager.default.createDirectory(
            atPath: silent.site.storage + "/" + Fixtures.user, withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            atPath: folder + "/large.bin", toPath: silent.site.storage + "/" + Fixtures.user + "/large.bin")
        let other = try AdminVisitor.loggedIn(silent)
        let client = try WebClient(silent)
        let cookie = "Cookie: __Host-auto-upload=\(try other.session())"
        try client.begin("GET", "/admin/content/\(Fixtures.user)/large.bin", [cookie])
        _ = try silent.logLine(with: " closed ", "address=\(client.address)", "no answer in time")
        _ = try silent.logLine(with: " downloaded ", "address=\(client.address)")
    }
}
