import Foundation
import Platform
import TestSupport
import Testing

@Suite("Files")
struct FileDescriptorTests {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder("file")
    }

    private func open(_ name: String, _ mode: OpenMode = .openingOrCreating(permissions: 0o600)) throws
        -> FileDescriptor
    {
        try Directory.open(path: scratch.path).open(#require(FileName(name)), mode)
    }

    @Test("what is written is read, from any place")
    func bytes() throws {
        let file = try open("a")
        let content = [UInt8].random(100_000, seed: 1)
        try file.write(content)
        try file.seek(to: 0)
        #expect(try file.readAll(limit: content.count) == content)
        try file.seek(to: 99_990)
        #expect(try file.readAll(limit: 10) == Array(content[99_990...]))
        #expect(try file.readAll(limit: 0).isEmpty)
        try file.write([1, 2, 3, 4], first: 2, at: 5)
        #expect(try scratch.bytes(of: "a") == content[..<5] + [1, 2] + content[7...])
    }

    @Test("a buffer is filled as far as the file goes")
    func partialRead() throws {
        try scratch.write("hello", to: "a")
        var buffer = [UInt8](repeating: 0, count: 8)
        let file = try open("a", .reading)
        #expect(try buffer.withUnsafeMutableBytesTyped { try file.read(into: $0) } == 5)
        #expect(buffer == Array("hello".utf8) + [0, 0, 0])
        #expect(try buffer.withUnsafeMutableBytesTyped { try file.read(into: $0) } == 0)
    }

    @Test("a file that is larger than allowed isn't taken")
    func limit() throws {
        try scratch.write(String(repeating: "x", count: 40_000), to: "a")
        #expect(try open("a").readAll(limit: 40_000).count == 40_000)
        #expect(errno { _ = try open("a").readAll(limit: 39_999) } == .fileTooLarge)
    }

    @Test("errors of reading and writing are told")
    func wrongMode() throws {
        try scratch.write("x", to: "a")
        #expect(errno { try open("a", .reading).write([1]) } == Errno(rawValue: EBADF))
        #expect(errno { _ = try FileDescriptor.openForReading(path: scratch.path).readAll(limit: 9) } == .isDirectory)
        #expect(errno { _ = try FileDescriptor.openForReading(path: scratch.path("none")) } == .noEntry)
    }

    @Test("closing and letting go both close")
    func closing() throws {
        let before = try openDescriptors()
        try open("a").close()
        do { _ = try open("a").duplicate() }
        // Other tests run beside this one and open files of their own, but none in this folder.
        #expect(try openDescriptors() == before)
    }

    /// How many descriptors of this process lead into the folder.
    private func openDescriptors() throws -> Int {
        let all = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        let targets = all.compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
        }
        return targets.count { $0.hasPrefix(scratch.path) }
    }

    @Test("attributes are what they are set to")
    func attributes() throws {
        let file = try open("a")
        try file.truncate(to: 1234)
        try file.setPermissions(0o640)
        let time = FileTime(seconds: 1_600_000_000, nanoseconds: 123_456_000)
        try file.setModified(time)
        let status = try file.status()
        #expect(status.size == 1234 && status.permissions == 0o640 && status.modified == time)
        #expect(status.kind == .regular && status.links == 1 && status.owner == ProcessLimits.userID)
        #expect(try file.duplicate().status() == status)
        try file.setGroup(status.group)
        try file.setOwner(status.owner, group: status.group)
    }

    @Test("a change shows in the attributes, another file has another identity")
    func identity() throws {
        let one = try open("a")
        let other = try open("b")
        let before = try one.status()
        #expect(try before.identity != other.status().identity)
        try one.write([1])
        #expect(try one.status() != before)
        #expect(try one.status().identity == before.identity)
    }

    @Test("times before 1970 and after 2038 are kept")
    func times() throws {
        let file = try open("a")
        for seconds in [Int64(-1), 0, 4_294_967_296] {
            try file.setModified(FileTime(seconds: seconds, nanoseconds: 0))
            #expect(try file.status().modified.seconds == seconds)
        }
    }

    @Test("the extents that hold data are found, holes are passed over")
    func extents() throws {
        let file = try open("sparse")
        #expect(try file.nextDataExtent(from: 0) == nil)
        try file.truncate(to: 64 << 20)
        try file.seek(to: 32 << 20)
        try file.write([UInt8](repeating: 7, count: 1 << 20))
        let extent = try #require(try file.nextDataExtent(from: 0))
        #expect(extent.contains(32 << 20) && extent.contains((33 << 20) - 1))
        #expect(extent.count <= 2 << 20)
        #expect(try file.nextDataExtent(from: extent.upperBound) == nil)
    }

    @Test("reserved space changes nothing that can be seen")
    func preallocation() throws {
        let file = try open("a")
        try file.write([1, 2, 3])
        do {
            try file.preallocate(1 << 20)
        } catch {
            #expect(error.errno == .notSupported)
        }
        #expect(try file.status().size == 3)
        #expect(try scratch.bytes(of: "a") == [1, 2, 3])
    }

    @Test("hints and flushes leave the file as it is")
    func flushing() throws {
        let file = try open("a")
        try file.write([UInt8](repeating: 9, count: 100_000))
        file.startWriteback(from: 0, count: 100_000)
        file.startWriteback(from: .max, count: .max)
        file.adviseSequentialReading()
        try file.flush()
        try file.flushFileSystem()
        #expect(try scratch.bytes(of: "a") == [UInt8](repeating: 9, count: 100_000))
    }

    @Test("the file system's kind and room are told")
    func fileSystem() throws {
        let kind = try open("a").fileSystemKind()
        #expect(!kind.name.isEmpty && !kind.isMemory)
        #expect(try open("a").availableBytes() > 1 << 20)
        let room = try #require(try open("a").fileSystemRoom())
        #expect(room.available <= room.total)
        let processes = try FileDescriptor.openForReading(path: "/proc/self/status").fileSystemKind()
        #expect(processes != kind && !processes.keepsWhatIsFlushed && !processes.isMemory)
    }
}
