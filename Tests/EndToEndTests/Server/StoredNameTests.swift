import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// Names that are taken already, by files of others and by traps.
@Suite("Names in the storage folder")
struct StoredNameTests {
    // MARK: - Collisions

    @Test("other content of the same name is stored beside it, and a repeat finds itself")
    func collision() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let contents = (1...3).map { sample(1000 + $0, seed: $0) }
        var paths: [[UInt8]] = []
        for content in contents {
            let (path, isOld) = try store(content, "trip/clip.mp4", client)
            #expect(!isOld)
            #expect(path.starts(with: "trip/clip.".utf8) && path.suffix(4).elementsEqual(".mp4".utf8))
            paths.append(path)
        }
        #expect(Set(paths).count == 3)
        #expect(paths[0].elementsEqual("trip/clip.mp4".utf8))
        for (content, path) in zip(contents, paths) {
            #expect(try store(content, "trip/clip.mp4", client) == (path, true))
        }
        let stored = try server.site.stored()
        let expected = try zip(paths, contents).map { (Tree.key($0), try digest(of: $1)) }
        #expect(stored == Dictionary(uniqueKeysWithValues: expected))
        // The log comes by another way than the answers.
        #expect(try eventually { server.logLines.filter { $0.contains(" already-there ") }.count == 3 })
    }

    @Test("a name of 255 bytes has room for what sets it apart")
    func longName() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let name = String(repeating: "ü", count: 125) + "x.mp4"
        _ = try store(sample(10), name, client)
        let (path, _) = try store(sample(11), name, client)
        #expect(path.count <= 255 && path.suffix(4).elementsEqual(".mp4".utf8))
        #expect(String(validating: path, as: UTF8.self) != nil)
        #expect(try store(sample(11), name, client) == (path, true))
        #expect(try server.site.stored().count == 2)
    }

    @Test("of those who send the same name at the same time nobody replaces anybody")
    func race() async throws {
        let server = try TestServer()
        let answers = try await withThrowingTaskGroup(of: (Int, [UInt8], Bool).self) { group in
            for number in 0..<8 {
                // Two of each content.
                group.addTask {
                    let client = try server.loggedIn()
                    let (path, isOld) = try store(sample(50_000, seed: number / 2), "clip.mp4", client)
                    return (number / 2, path, isOld)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let paths = Dictionary(grouping: answers) { $0.0 }.mapValues { Set($0.map { $0.1 }) }
        #expect(paths.values.allSatisfy { $0.count == 1 })
        #expect(answers.filter { $0.2 }.count == 4)
        var expected: [String: String] = [:]
        for (seed, path) in paths { expected[Tree.key(path.first ?? [])] = try digest(of: sample(50_000, seed: seed)) }
        #expect(try server.site.stored() == expected)
        #expect(expected.count == 4)
    }

    private func store(_ content: [UInt8], _ path: String, _ client: ProtocolClient) throws -> ([UInt8], Bool) {
        let answer = try client.upload(content, to: path)
        guard case .stored(_, let confirmation, let isOld) = answer else { throw Failure("\(answer)") }
        #expect(try confirmation.digest.description == digest(of: content))
        return (confirmation.path.bytes, isOld)
    }

    // MARK: - Traps

    /// Something that stands in the user's folder before the client comes.
    struct Trap: CustomTestStringConvertible {
        let testDescription: String
        /// Below the storage folder.
        let name: String
        let kind: Kind
        /// What is offered.
        let path: String
        /// Whether there is another name that the file can have.
        let isStoredBeside: Bool

        enum Kind { case linkToFile, linkToFolder, file, folder, pipe, danglingLink }
    }

    static let traps = [
        Trap(
            testDescription: "a link to a file", name: "camera/clip.mp4", kind: .linkToFile, path: "clip.mp4",
            isStoredBeside: true),
        Trap(
            testDescription: "a link to nothing", name: "camera/clip.mp4", kind: .danglingLink, path: "clip.mp4",
            isStoredBeside: true),
        Trap(
            testDescription: "a folder for a file", name: "camera/clip.mp4", kind: .folder, path: "clip.mp4",
            isStoredBeside: true),
        Trap(
            testDescription: "a pipe for a file", name: "camera/clip.mp4", kind: .pipe, path: "clip.mp4",
            isStoredBeside: true),
        Trap(
            testDescription: "a link for a folder", name: "camera/trip", kind: .linkToFolder, path: "trip/clip.mp4",
            isStoredBeside: false),
        Trap(
            testDescription: "a link for a folder further up", name: "camera/2026", kind: .linkToFolder,
            path: "2026/trip/clip.mp4", isStoredBeside: false),
        Trap(
            testDescription: "a file for a folder", name: "camera/trip", kind: .file, path: "trip/clip.mp4",
            isStoredBeside: false),
        Trap(
            testDescription: "a link to nothing for a folder", name: "camera/trip", kind: .danglingLink,
            path: "trip/clip.mp4", isStoredBeside: false),
        Trap(
            testDescription: "a link for the user's folder", name: "camera", kind: .linkToFolder, path: "clip.mp4",
            isStoredBeside: false),
        Trap(
            testDescription: "a file for the user's folder", name: "camera", kind: .file, path: "clip.mp4",
            isStoredBeside: false),
    ]

    @Test("nothing is written through it, and it stays as it was", arguments: traps)
    func trap(_ trap: Trap) throws {
        let site = try Site()
        try site.scratch.write("precious", to: "outside/clip.mp4")
        try site.scratch.write("precious", to: "outside/precious")
        try site.scratch.makeFolder("storage/camera/other")
        if trap.name == "camera" { try FileManager.default.removeItem(atPath: site.storage + "/camera") }
        try plant(trap, in: site)
        let server = try TestServer(site)
        let before = try Tree.digests(of: site.scratch.path("outside"))
        let client = try server.loggedIn()
        switch try client.upload(sample(100), to: trap.path) {
        case .stored(_, let confirmation, _):
            #expect(trap.isStoredBeside)
            #expect(Tree.key(confirmation.path.bytes) != trap.path)
        case .refused(_, let refusal):
            #expect(!trap.isStoredBeside)
            #expect(refusal.status == .nameTaken)
            _ = try server.logLine(with: " refused ", "status=nameTaken")
        case let other: throw Failure("\(other)")
        }
        #expect(try Tree.digests(of: site.scratch.path("outside")) == before)
        client.close()
        _ = try server.logLine(with: " closed ", client.address)
        try server.expectServing()
        #expect(try site.partials() == [])
    }

    private func plant(_ trap: Trap, in site: Site) throws {
        let path = site.storage + "/" + trap.name
        let files = FileManager.default
        switch trap.kind {
        case .linkToFile:
            try files.createSymbolicLink(atPath: path, withDestinationPath: site.scratch.path("outside/precious"))
        case .linkToFolder:
            try files.createSymbolicLink(atPath: path, withDestinationPath: site.scratch.path("outside"))
        case .danglingLink:
            try files.createSymbolicLink(atPath: path, withDestinationPath: site.scratch.path("outside/new"))
        case .file: try site.scratch.write("a file", to: "storage/" + trap.name)
        case .folder: try site.scratch.makeFolder("storage/" + trap.name)
        case .pipe:
            let made = try RunningProgram.run("/usr/bin/env", ["mkfifo", path])
            #expect(made.status == 0)
        }
    }

    @Test("a link in place of the server's own folder stops the server", arguments: ["", "/partial"])
    func ownFolder(_ below: String) throws {
        let site = try Site()
        try site.scratch.makeFolder("outside/partial")
        try site.scratch.write("precious", to: "outside/partial/precious")
        if !below.isEmpty { try site.scratch.makeFolder("storage/.auto-upload") }
        try FileManager.default.createSymbolicLink(
            atPath: site.storage + "/.auto-upload" + below, withDestinationPath: site.scratch.path("outside" + below))
        let ended = try RunningProgram.run(Binaries.server, site.arguments())
        #expect(ended.status == 78)
        #expect(try site.scratch.text(of: "outside/partial/precious") == "precious")
    }

    // MARK: - Attributes

    @Test("files are private and keep their time; --file-mode opens them and their folders")
    func attributes() throws {
        for (options, file, folder) in [([], 0o600, 0o700), (["--file-mode", "640"], 0o640, 0o750)] {
            let server = try TestServer(options: options)
            let client = try server.loggedIn()
            _ = try store(sample(10), "trip/clip.mp4", client)
            let site = server.site.scratch
            #expect(try site.permissions(of: "storage/camera/trip/clip.mp4") == file)
            #expect(try site.permissions(of: "storage/camera/trip") == folder)
            #expect(try site.permissions(of: "storage/camera") == folder)
            let trip = try Directory.open(path: server.site.storage + "/camera/trip")
            let modified = try trip.status(of: FileName(constant: "clip.mp4")).modified
            #expect(modified == FileTime(seconds: 1_700_000_000, nanoseconds: 123_456_789))
        }
    }
}
