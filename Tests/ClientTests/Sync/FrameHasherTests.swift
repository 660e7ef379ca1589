import Platform
import TestSupport
import Testing
import Transport
import Wire

@testable import AutoUploadClient

/// The digest of a file that passes through two frames in turn, as it does when it is sent.
@Suite final class FrameHasherTests {
    private static let frameSize = 40_000

    private let content = [UInt8].random(3_000_000, seed: 21)
    private let hasher = FrameHasher()
    private var frame = DataFrame(capacity: frameSize)
    private var otherFrame = DataFrame(capacity: frameSize)
    private let scratch: ScratchFolder
    private let file: FileDescriptor

    init() throws {
        scratch = try ScratchFolder("frame-hasher")
        file = try FileDescriptor.openForReading(path: scratch.write(content, to: "file"))
    }

    /// - Returns: bytes added.
    private func add(_ count: Int) throws -> Int {
        swap(&frame, &otherFrame)
        hasher.settle(frame)
        let read = try frame.read(from: file, limit: UInt64(count), upload: 1)
        hasher.add(frame)
        return read
    }

    @Test("every frame is hashed once and in its order, before it is filled anew", arguments: [true, false])
    func order(hasHelp: Bool) throws {
        if hasHelp { hasher.getHelp() }
        while try add(.max) > 0 {}
        #expect(hasher.finish() == ContentHasher.digest(of: content))
        #expect(hasher.finish() == nil)
        hasher.end()
    }

    @Test("who sends hashes what no helper has begun")
    func alone() throws {
        hasher.getHelp()
        // It leaves before it has done anything, or after.
        hasher.end()
        let count = try add(30_000) + add(20_000)
        #expect(hasher.finish() == ContentHasher.digest(of: Array(content.prefix(count))))
    }

    @Test("frames of a file that was given up may be filled at once")
    func givenUp() throws {
        hasher.getHelp()
        _ = try add(.max) + add(.max)
        hasher.end()
        // The thread sanitizer tells of a helper that still reads them.
        _ = try frame.read(from: file, limit: .max, upload: 2)
        _ = try otherFrame.read(from: file, limit: .max, upload: 2)
    }
}
