import Domain
import Platform
import TestSupport
import Testing

@testable import DeviceFace
@testable import Storage

/// What is written of an upload resource, and what a power cut may make of it.
@Suite struct ResourceRecordTests {
    private let file = TestResource(1)

    private func bytes(_ entries: [(ResourceRecord.Entry, [UInt8])]) throws -> [UInt8] {
        let record = try #require(ResourceRecord(try file.traits(note: [1, 2, 3])))
        return try entries.reduce(into: record.header) { bytes, entry in
            let end = Int(entry.0.position)
            bytes += [UInt8](repeating: 0, count: max(0, end - bytes.count))
            bytes.replaceSubrange(end..., with: try #require(record.encoded(entry.1, as: entry.0)))
        }
    }

    @Test("any byte that differs makes a record unknown, or an entry one that isn't there")
    func damage() throws {
        let (begun, length): ([UInt8], [UInt8]) = ([], [0, 0, 0, 0, 0, 0, 0, 9])
        let whole = try bytes([(.begun, begun), (.length, length)])
        let found = try #require(ResourceRecord.parse(whole))
        #expect(found.isBegun && found.length == 9 && found.stored == nil)
        let header = try #require(ResourceRecord(file.traits(note: [1, 2, 3]))).header.count
        for index in Array(0..<header) + Array(16_384..<16_402) + Array(20_480..<20_506) {
            var damaged = whole
            damaged[index] ^= 0x40
            let found = ResourceRecord.parse(damaged)
            if index < header { #expect(found == nil, "byte \(index)") }
            if (16_384..<16_402).contains(index) { #expect(found?.isBegun == false && found?.length == 9) }
            if index >= 20_480 { #expect(found?.isBegun == true && found?.length == nil) }
        }
        for count in 0..<header { #expect(ResourceRecord.parse(Array(whole.prefix(count))) == nil) }
    }

    @Test("an entry of another place, or of another upload, is none")
    func misplaced() throws {
        let record = try #require(ResourceRecord(file.traits()))
        let other = try #require(ResourceRecord(TestResource(2).traits()))
        for entry in [record.encoded([], as: .length), other.encoded([], as: .begun)] {
            let room = [UInt8](repeating: 0, count: 16_384 - record.header.count)
            #expect(ResourceRecord.parse(record.header + room + (try #require(entry)))?.isBegun == false)
        }
    }

    @Test("the longest path and note have room")
    func longest() throws {
        let name = [UInt8](repeating: UInt8(ascii: "n"), count: 255)
        let path = try RemotePath(components: Array(repeating: name, count: 16))
        let traits = ResourceTraits(
            user: FileName(constant: "alice"), path: path, id: file.id, length: nil, modified: .testTime,
            note: [UInt8](repeating: 1, count: ResourceTraits.longestNote))
        let record = try #require(ResourceRecord(traits))
        let stored = try Stored(
            path: path, size: 1, digest: file.content.digest(), tag: .unstated, wasThere: false)
        var value: [UInt8] = []
        stored.write(to: &value)
        #expect(record.encoded(value, as: .stored) != nil)
        let long = ResourceTraits(
            user: traits.user, path: path, id: file.id, length: nil, modified: .testTime, note: traits.note + [1])
        #expect(ResourceRecord(long) == nil)
    }
}
