import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import DeviceFace
@testable import Storage

/// What is written beside a partial, and what is made of it when it is found again, whole or not.
@Suite struct PartialRecordTests {
    private let offered: OfferedFile
    private let record: PartialRecord

    init() throws {
        let offer = try Fixture.offer(size: 1 << 40, path: "2024/clip one.mp4", fresh: true)
        offered = OfferedFile(user: FileName(constant: "alice"), path: try RemotePath(offer.path), offer)
        record = try #require(PartialRecord(offered))
    }

    private func written(_ offsets: UInt64...) throws -> [UInt8] {
        var bytes = try #require(record.encoded(offset: offsets[0]))
        for (index, offset) in offsets.enumerated().dropFirst() {
            try put(try #require(record.entry(offset)), slot: index % 2, into: &bytes)
        }
        return bytes
    }

    private func put(_ entry: [UInt8], slot: Int, into bytes: inout [UInt8]) throws {
        let start = Int(PartialRecord.position(ofSlot: slot))
        bytes.replaceSubrange(start..<start + entry.count, with: entry)
    }

    @Test("what was written is found again, and the latest of its offsets")
    func roundTrip() throws {
        for (offsets, slot) in [([1], 0), ([1, 2], 1), ([1, 2, 3], 0), ([5, 1 << 40], 1)] as [([UInt64], Int)] {
            var bytes = try written(offsets[0])
            for (index, offset) in offsets.enumerated().dropFirst() {
                try put(try #require(record.entry(offset)), slot: index % 2, into: &bytes)
            }
            let found = try #require(PartialRecord.parse(bytes))
            #expect(found.record.offered == offered)
            #expect(found.offset == offsets.last)
            #expect(found.slot == slot)
        }
    }

    @Test("a slot that is torn anywhere leaves the other one")
    func tornSlot() throws {
        let whole = try written(100, 200)
        let start = Int(PartialRecord.position(ofSlot: 1))
        for length in 0..<24 {
            var torn = whole
            // What the third write, into the first slot, may leave: so many bytes of it.
            let entry = try #require(record.entry(300))
            torn.replaceSubrange(8192..<8192 + length, with: entry.prefix(length))
            // Once in a while what is missing is just what stood there.
            #expect(PartialRecord.parse(torn)?.offset == (torn[8192..<8216].elementsEqual(entry) ? 300 : 200))
            var second = whole
            second.replaceSubrange(start + length..<start + 24, with: [UInt8](repeating: 0, count: 24 - length))
            #expect(PartialRecord.parse(second)?.offset == (second == whole ? 200 : 100))
        }
    }

    @Test("no bit can be another without the record losing what it says there")
    func flippedBits() throws {
        let whole = try written(100, 200)
        let header = try #require(whole[..<8192].lastIndex { $0 != 0 })
        for index in Array(0...header) + Array(8192..<8216) + Array(12_288..<12_312) {
            var bytes = whole
            bytes[index] ^= 0x10
            let found = PartialRecord.parse(bytes)
            switch index {
            case ...header: #expect(found == nil, "byte \(index)")
            case ..<12_288: #expect(found?.offset == 200)
            default: #expect(found?.offset == 100)
            }
        }
    }

    @Test("a slot of another record, an offset beyond the size, and no offset at all are nothing")
    func foreign() throws {
        var bytes = try written(100)
        let other = OfferedFile(user: FileName(constant: "bob"), path: offered.path, try Fixture.offer(size: 1 << 40))
        try put(try #require(PartialRecord(other)?.entry(500)), slot: 1, into: &bytes)
        #expect(PartialRecord.parse(bytes)?.offset == 100)
        try put(try #require(record.entry(1 << 40 + 1)), slot: 1, into: &bytes)
        #expect(PartialRecord.parse(bytes)?.offset == 100)
        #expect(PartialRecord.parse(try written(0)) == nil)
    }

    @Test("bytes of any length and kind are taken or not, and never trapped on")
    func anything() throws {
        var random = SeededGenerator(seed: 7)
        let whole = try written(100, 200)
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<200, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...1, using: &random) * Int.random(in: 0...whole.count, using: &random))
            if let found = PartialRecord.parse(bytes) { #expect(found.record.offered == offered) }
        }
        #expect(PartialRecord.parse([]) == nil)
        #expect(PartialRecord.parse(whole + [0]) == nil)
    }
}
