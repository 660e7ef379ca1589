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
        let source = try OpenSource.open(file, in: recordings.watched)
        source.hashAside()
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
        #expect(try source.finish() == ContentHasher.digest(of: Self.content))
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
        #expect(try next.finish() == ContentHasher.digest(of: Self.content))
    }
}
