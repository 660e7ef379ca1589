import Foundation
import TestSupport
import Testing

/// A file that comes in pieces, each in a form of its own, as Dropzone sends it; by curl, which says just what it is told to.
@Suite("Files in pieces")
struct PieceTests {
    private let site: Site
    private let scratch: ScratchFolder
    private let content = sample(250_000, seed: 6)
    private static let size = 100_000

    init() throws {
        site = try Site()
        scratch = try ScratchFolder("pieces")
        try scratch.write(content, to: "whole/clip.mp4")
        for index in 0..<3 {
            try scratch.write(Array(content.dropFirst(index * Self.size).prefix(Self.size)), to: "\(index)")
        }
    }

    private func fields(_ index: Int, _ changes: [String: String] = [:]) -> [String] {
        let fields = [
            "dzuuid": "0b2c6e3e-6e2a-4d51-9f6a-1f6c2f4f0a11", "dzchunkindex": "\(index)", "dztotalchunkcount": "3",
            "dztotalfilesize": "\(content.count)", "dzchunksize": "\(Self.size)",
            "dzchunkbyteoffset": "\(index * Self.size)",
        ]
        return fields.merging(changes) { $1 }.sorted { $0.key < $1.key }.flatMap { ["-F", "\($0.key)=\($0.value)"] }
    }

    private func options(_ index: Int, _ changes: [String: String] = [:]) -> [String] {
        Curl.login + ["-H", "Accept: application/json"] + fields(index, changes) + [
            "-F", "file=@\(scratch.path("\(index)"));filename=clip.mp4",
        ]
    }

    private func expectStored() throws {
        #expect(try site.stored() == Tree.digests(of: scratch.path("whole")))
        #expect(try site.partials().isEmpty)
    }

    @Test("in any order at the same time: each is answered when all before it are there, the last with what is stored")
    func anyOrder() throws {
        let server = try TestServer(site)
        let curl = try Curl(server)
        let early = try [2, 1].map { index in
            try RunningProgram("/usr/bin/env", curl.command("/upload", options(index) + ["-w", " %{http_code}"]))
        }
        let first = try curl("/upload", options(0))
        #expect(first.status == 200 && first.text == "{\"success\":true,\"files\":[]}\n", "\(first)")
        let answers = try early.map { try $0.waitForEnd(seconds: 120).output }
        #expect(answers.allSatisfy { $0.hasSuffix(" 200") }, "\(answers)")
        #expect(answers[0].contains("\"size\":250000") && answers[1].contains("\"files\":[]"), "\(answers)")
        try expectStored()
    }

    @Test("what has come survives a kill of the server; a piece that comes again is no second one")
    func restart() throws {
        var server = try TestServer(site)
        #expect(try Curl(server)("/upload", options(0)).status == 200)
        try server.kill()
        server = try TestServer(site)
        let curl = try Curl(server)
        for index in [0, 1, 1, 2] { #expect(try curl("/upload", options(index)).status == 200) }
        let again = try curl("/upload", options(2)).files()
        #expect(again.map { $0["size"] as? Int } == [content.count])
        try server.kill()
        server = try TestServer(site)
        let late = try Curl(server)("/upload", options(2))
        #expect(late.status == 200 && late.text.contains("\"size\":250000"), "\(late)")
        try expectStored()
    }

    @Test("a piece of another size than is said, or that doesn't say which it is, leaves nothing")
    func refusals() throws {
        let server = try TestServer(site)
        let curl = try Curl(server)
        for changes in [
            ["dzchunksize": "100001"], ["dzchunksize": "99999"], ["dzchunksize": "0"], ["dzchunkbyteoffset": "x"],
            ["dzchunkbyteoffset": "250000"], ["dztotalfilesize": ""], ["dzuuid": ""],
        ] {
            let answer = try curl("/upload", options(0, changes))
            #expect(answer.status == 400, "\(changes): \(answer)")
        }
        let file = ["-F", "file=@\(scratch.path("0"));filename=clip.mp4"]
        #expect(try curl("/upload", options(0) + file).status == 400)
        #expect(try curl("/upload", options(0) + fields(1)).status == 400)
        #expect(try site.stored().isEmpty)
        for index in 0..<3 { #expect(try curl("/upload", options(index)).status == 200) }
        try expectStored()
    }

    @Test("a name that is taken is refused with the last piece, if asked to")
    func taken() throws {
        let server = try TestServer(site)
        let curl = try Curl(server)
        let other = try scratch.write([1], to: "other")
        #expect(try curl("/files/clip.mp4", Curl.login + ["-T", other]).status == 201)
        let statuses = try (0..<3).map { try curl("/upload?collision=refuse", options($0)).status }
        #expect(statuses == [200, 200, 409])
        #expect(try site.stored().count == 1)
        for index in 0..<3 { #expect(try curl("/upload", options(index)).status == 200) }
        #expect(try site.stored().count == 2)
    }

    @Test("one whose link has died is replaced by the next that brings the same piece")
    func deadLink() throws {
        let server = try TestServer(site)
        let curl = try Curl(server)
        // It sends a second's worth, and then nothing for long.
        let slow = try RunningProgram("/usr/bin/env", curl.command("/upload", options(0) + ["--limit-rate", "20000"]))
        _ = try server.logLine(with: " login ")
        // The slow one has logged in, but may get its turn only while the next has it: then that one comes again.
        #expect(try eventually { try curl("/upload", options(0)).status == 200 })
        for index in 1..<3 {
            let answer = try curl("/upload", options(index))
            #expect(answer.status == 200, "\(answer)")
        }
        try expectStored()
        slow.signal(SIGKILL)
        _ = try slow.waitForEnd(seconds: 30)
    }
}
