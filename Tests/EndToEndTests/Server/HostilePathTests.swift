import Domain
import Platform
import TestSupport
import Testing
import Wire

/// Paths that must never lead anywhere.
@Suite("Hostile paths")
struct HostilePathTests {
    struct BadPath: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]

        init(_ name: String, _ bytes: [UInt8]) {
            testDescription = name
            self.bytes = bytes
        }

        init(_ name: String, _ text: String) {
            self.init(name, Array(text.utf8))
        }
    }

    static let bad = [
        BadPath("the folder above", "../evil"),
        BadPath("the folder above, later", "a/../../evil"),
        BadPath("only dots", ".."),
        BadPath("a dot", "a/./b"),
        BadPath("absolute", "/etc/evil"),
        BadPath("a slash", "/"),
        BadPath("a trailing slash", "a/"),
        BadPath("an empty component", "a//b"),
        BadPath("NUL", "a\0b"),
        BadPath("NUL at the end", "../../evil\0.mp4"),
        BadPath("the server's own folder", ".auto-upload/partial/x"),
        BadPath("the server's own folder in capitals", ".Auto-Upload/partial/x"),
        BadPath("the marker", ".auto-upload-store"),
        BadPath("a wiping name", "a/.auto-upload-wiping-1"),
        BadPath("a component of 256 bytes", [UInt8](repeating: 0x61, count: 256)),
        BadPath("4096 bytes in one component", [UInt8](repeating: 0x61, count: 4096)),
        BadPath("65 components", Array(repeating: "d", count: 65).joined(separator: "/")),
    ]

    @Test("a path that could lead elsewhere is refused, and nothing is made", arguments: bad)
    func isRefused(_ path: BadPath) throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let upload = try client.offer(path: path.bytes, size: 5)
        try client.send(data: Array("hello".utf8), upload: upload)
        try client.finish(upload, Array("hello".utf8))
        guard case .refused(upload, let refusal) = try client.answer() else { throw Failure("not refused") }
        #expect(refusal.status == .pathInvalid)
        _ = try server.logLine(with: " refused ", "user=camera", client.address, "status=pathInvalid")
        // What followed the refused offer is dropped, and the connection goes on.
        guard case .stored = try client.upload(sample(10), to: "good.mp4") else { throw Failure("not stored") }
        client.close()
        try server.expectOnly(["good.mp4"], afterTheEndOf: client)
    }

    @Test("a path of 4096 bytes that keeps the rules is stored")
    func longestPath() throws {
        let server = try TestServer()
        // Foundation can't remove what has a longer path than the system takes at once.
        defer { _ = try? RunningProgram.run("/usr/bin/env", ["rm", "-rf", server.site.storage + "/camera"]) }
        let client = try server.loggedIn()
        let component = String(repeating: "d", count: 255)
        let folders = Array(repeating: component, count: 15) + [String(repeating: "e", count: 200)]
        let path = (folders + [String(repeating: "f", count: 55)]).joined(separator: "/")
        let answer = try client.upload(sample(3), to: path)
        guard case .stored(_, let confirmation, _) = answer else { throw Failure("\(answer)") }
        #expect(confirmation.path.bytes.count == 4096)
        client.close()
        try server.expectOnly([path], afterTheEndOf: client)
    }

    @Test("odd names are stored as they are and can't forge lines of log")
    func oddNames() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let names: [[UInt8]] = [
            Array("new\nline 2026-01-01T00:00:00Z info stored user=camera".utf8), Array("e\u{1b}[31mscape".utf8),
            [0xff, 0xfe, 0x80], Array("späce \"quoted\" \\ %s".utf8), Array(" ".utf8), Array("-rf".utf8),
            Array("~".utf8),
            Array("a\tb\r".utf8), Array("con.mp4".utf8), [UInt8](repeating: 0x62, count: 255),
        ]
        for name in names {
            let answer = try client.upload(name, to: name)
            guard case .stored(_, let confirmation, false) = answer else { throw Failure("\(answer)") }
            #expect(confirmation.path.bytes == name)
        }
        client.close()
        try server.expectOnly(names.map(Tree.key), afterTheEndOf: client)
        #expect(server.logLines.allSatisfy { $0.hasPrefix("20") && $0.dropFirst(4).hasPrefix("-") })
        #expect(!server.log.utf8.contains(0x1b))
    }
}
