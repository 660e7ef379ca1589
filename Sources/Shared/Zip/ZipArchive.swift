/// An archive of files while it is written (PKWARE's APPNOTE 6.3.10), of any size: what has gone out isn't looked at again, so that it
/// can be sent while it is made.
///
/// Files are stored as they are, within deflate's blocks for that: a reader who gets the archive piece by piece sees where each ends,
/// before its size and checksum have come.
package struct ZipArchive: Sendable {
    package struct Entry: Hashable, Sendable {
        /// With slashes between folders and name.
        package let name: [UInt8]
        /// Bytes.
        package let size: UInt64
        /// Unix seconds.
        package let modified: Int64

        package init(name: [UInt8], size: UInt64, modified: Int64) {
            (self.name, self.size, self.modified) = (ZipName.safe(name), size, modified)
        }
    }

    private var offset: UInt64 = 0
    private var directory: [UInt8] = []
    private var count: UInt64 = 0
    private var entry: Entry?
    private var start: UInt64 = 0

    /// Bytes of a file that go out within one block, at most.
    package static let longestBlock = 65_535

    package init() {}

    /// What stands before a file.
    package mutating func begin(_ entry: Entry) -> [UInt8] {
        self.entry = entry
        start = offset
        var head: [UInt8] = []
        head.write(0x0403_4B50 as UInt32)
        writeVersionAndTime(of: entry, to: &head)
        // Checksum and sizes follow the file; in a large one the sizes are of 64 bits, which the extra field announces.
        head.write(0 as UInt32)
        head.write(entry.isLarge ? UInt32.max : 0)
        head.write(entry.isLarge ? UInt32.max : 0)
        let extra = entry.isLarge ? ZipExtra.sizes(0, 0) : []
        head.write(UInt16(entry.name.count))
        head.write(UInt16(extra.count))
        return passed(head + entry.name + extra)
    }

    /// What stands before some bytes of a file: up to `longestBlock`.
    ///
    /// - Parameter isLast: a file's only block may be empty.
    package mutating func block(of count: Int, isLast: Bool) -> [UInt8] {
        let length = UInt16(clamping: count)
        var head: [UInt8] = [isLast ? 1 : 0]
        head.write(length)
        head.write(~length)
        offset += UInt64(length)
        return passed(head)
    }

    /// What stands behind a file.
    package mutating func end(checksum: UInt32) -> [UInt8] {
        guard let entry else { return [] }
        self.entry = nil
        var tail: [UInt8] = []
        tail.write(0x0807_4B50 as UInt32)
        tail.write(checksum)
        if entry.isLarge {
            tail.write(entry.packedSize)
            tail.write(entry.size)
        } else {
            tail.write(UInt32(clamping: entry.packedSize))
            tail.write(UInt32(clamping: entry.size))
        }
        list(entry, checksum)
        return passed(tail)
    }

    private mutating func list(_ entry: Entry, _ checksum: UInt32) {
        let isFar = start >= UInt64(UInt32.max)
        let extra =
            (entry.isLarge || isFar ? ZipExtra.sizes(entry.size, entry.packedSize, start) : [])
            + ZipExtra.time(entry.modified)
        directory.write(0x0201_4B50 as UInt32)
        // Made on Unix.
        directory.write(3 << 8 | Self.version)
        writeVersionAndTime(of: entry, to: &directory)
        directory.write(checksum)
        directory.write(entry.isLarge || isFar ? UInt32.max : UInt32(clamping: entry.packedSize))
        directory.write(entry.isLarge || isFar ? UInt32.max : UInt32(clamping: entry.size))
        directory.write(UInt16(entry.name.count))
        directory.write(UInt16(extra.count))
        for _ in 0..<3 { directory.write(0 as UInt16) }
        directory.write(Self.plainFile)
        directory.write(entry.isLarge || isFar ? UInt32.max : UInt32(clamping: start))
        directory += entry.name + extra
        count += 1
    }

    /// What stands at the end of all.
    package func finish() -> [UInt8] {
        var end = directory
        let place = offset + UInt64(directory.count)
        end.write(0x0606_4B50 as UInt32)
        end.write(44 as UInt64)
        end.write(3 << 8 | Self.version)
        end.write(Self.version)
        end.write(0 as UInt64)
        end.write(count)
        end.write(count)
        end.write(UInt64(directory.count))
        end.write(offset)
        end.write(0x0706_4B50 as UInt32)
        end.write(0 as UInt32)
        end.write(place)
        end.write(1 as UInt32)
        end.write(0x0605_4B50 as UInt32)
        end.write(0 as UInt32)
        end.write(UInt16(clamping: count))
        end.write(UInt16(clamping: count))
        end.write(UInt32(clamping: directory.count))
        end.write(UInt32(clamping: offset))
        end.write(0 as UInt16)
        return end
    }

    private mutating func passed(_ bytes: [UInt8]) -> [UInt8] {
        offset += UInt64(bytes.count)
        return bytes
    }

    /// 4.5: sizes of 64 bits.
    private static let version: UInt16 = 45
    /// A regular file that its owner may read and write, others read: st_mode, as Unix has it.
    private static let plainFile: UInt32 = 0o100644 << 16

    private func writeVersionAndTime(of entry: Entry, to bytes: inout [UInt8]) {
        bytes.write(Self.version)
        // Sizes follow the file (bit 3); names are UTF-8 (bit 11).
        bytes.write(0x0808 as UInt16)
        // Deflate.
        bytes.write(8 as UInt16)
        let (time, date) = ZipTime.fields(entry.modified)
        bytes.write(time)
        bytes.write(date)
    }
}

extension ZipArchive.Entry {
    /// Bytes with the blocks' heads.
    var packedSize: UInt64 {
        let longest = UInt64(ZipArchive.longestBlock)
        let blocks = max(1, size / longest + (size % longest == 0 ? 0 : 1))
        return size.addingReportingOverflow(blocks.multipliedReportingOverflow(by: 5).partialValue).partialValue
    }

    var isLarge: Bool { packedSize >= UInt64(UInt32.max) }
}

extension [UInt8] {
    /// Little-endian.
    mutating func write(_ number: some FixedWidthInteger & UnsignedInteger) {
        unsafe Swift.withUnsafeBytes(of: number.littleEndian) { unsafe append(contentsOf: $0) }
    }
}
