import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Transport
import Wire

@testable import AutoUploadClient

/// A large file that is read frame by frame and hashed aside.
@Suite struct OpenSourceTests {
    private static let content = [UInt8].random(5_000_000, seed: 22)

    private let recordings: RecordingsFolder
    private let file: DueFile

    init() throws {
        recordings = try RecordingsFolder()
        let found = try recordings.write(Self.content, to: .of("large"))
        file = DueFile(
            path: found.path, fingerprint: found.fingerprint, remote: try RemotePath([0x61]), toleratedWriter: .unknown)
    }

    private func open() throws -> OpenSource {
        var source = try OpenSource.open(file, in: recordings.watched)
        source.workAside()
        return source
    }

    @Test("its digest is that of its bytes, however many frames take turns", arguments: [1, 2, 3])
    func turns(_ count: Int) throws {
        let frames = (0..<count).map { _ in DataFrame(capacity: 40_000) }
        var source = try open()
        var turn = 0
        while !source.isComplete {
            _ = try source.read(into: frames[turn % count], upTo: file.size, number: 1)
            turn += 1
        }
        #expect(turn == 125)
        #expect(try source.finish(in: recordings.watched).digest == ContentHasher.digest(of: Self.content))
    }

    @Test("frames of one that was given up serve the next")
    func givenUp() throws {
        let frames = (0..<2).map { _ in DataFrame(capacity: 40_000) }
        do {
            var source = try open()
            for frame in frames { _ = try source.read(into: frame, upTo: file.size, number: 1) }
        }
        var next = try open()
        var turn = 0
        while !next.isComplete {
            _ = try next.read(into: frames[turn % 2], upTo: file.size, number: 2)
            turn += 1
        }
        #expect(try next.finish(in: recordings.watched).digest == ContentHasher.digest(of: Self.content))
    }

    /// What is done to a file that is being read.
    enum Deed: CaseIterable {
        case nothing, removed, renamed, replaced, linked, permitted
        case appended, rewritten, opened

        func make(at path: String) throws -> FileHandle? {
            let files = FileManager.default
            switch self {
            case .nothing: return nil
            case .removed: try files.removeItem(atPath: path)
            case .renamed: try files.moveItem(atPath: path, toPath: path + ".moved")
            case .replaced: try Data(OpenSourceTests.content).write(to: URL(filePath: path), options: .atomic)
            case .linked: try files.linkItem(atPath: path, toPath: path + ".second")
            case .permitted: try files.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            case .appended, .rewritten, .opened:
                let file = try FileHandle(forUpdating: URL(filePath: path))
                if self == .appended { try file.seekToEnd() }
                if self != .opened { try file.write(contentsOf: Data("other".utf8)) }
                return file
            }
            return nil
        }

        var standing: Standing? {
            switch self {
            case .nothing, .opened: .unchanged
            case .removed, .renamed, .replaced: .gone
            case .linked, .permitted: .touched
            case .appended, .rewritten: nil
            }
        }
    }

    @Test(
        "what is done to its name or its permissions doesn't stop the reading; what is done to its content does, soon",
        arguments: Deed.allCases)
    func deeds(_ deed: Deed) throws {
        let frames = (0..<2).map { _ in DataFrame(capacity: 40_000) }
        let mayBeOpen = DueFile(
            path: file.path, fingerprint: file.fingerprint, remote: file.remote, toleratedWriter: .none)
        var source = try OpenSource.open(mayBeOpen, in: recordings.watched, lookSeconds: 0)
        _ = try source.read(into: frames[0], upTo: file.size, number: 1)
        let held = try deed.make(at: recordings.base + "/recordings/large")
        guard let standing = deed.standing else {
            #expect(throws: SourceFailure.changed) {
                _ = try source.read(into: frames[1], upTo: file.size, number: 1)
            }
            return withExtendedLifetime(held) {}
        }
        var turn = 1
        while !source.isComplete {
            _ = try source.read(into: frames[turn % 2], upTo: file.size, number: 1)
            turn += 1
        }
        let content = try source.finish(in: recordings.watched)
        #expect(content.standing == standing)
        #expect(content.digest == ContentHasher.digest(of: Self.content))
    }
}
