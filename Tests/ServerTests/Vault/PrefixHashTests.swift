import Platform
import TestSupport
import Testing
import Transport

@testable import Storage

/// The digest of what came before, and of what is added.
@Suite struct PrefixHashTests {
    private let scratch: ScratchFolder
    private let content = [UInt8].random(500, seed: 6)

    init() throws {
        scratch = try ScratchFolder("prefix")
        try scratch.write(content, to: "file")
    }

    private func file() throws -> FileDescriptor {
        try FileDescriptor.openForReading(path: scratch.path("file"))
    }

    @Test("what was read and what is added counts once, in its order")
    func goesOn() throws {
        let prefix = PrefixHash()
        try prefix.read(from: file(), to: 300)
        #expect(prefix.count == 300)
        prefix.update(unsafe content.span.extracting(300...).bytes)
        #expect(prefix.count == 500)
        #expect(prefix.finish() == ContentHasher.digest(of: content))
        #expect(prefix.isFinished)
    }

    @Test("one that has met an error isn't gone on with: it may have taken more than it counts")
    func spoilt() throws {
        let prefix = PrefixHash()
        #expect(throws: SystemError.self) { try prefix.read(from: file(), to: 1000) }
        #expect(prefix.count == 0)
        #expect(prefix.isFinished)
        #expect(prefix.finish() == nil)
    }
}
