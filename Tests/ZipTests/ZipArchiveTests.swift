import Foundation
import TestSupport
import Testing
import Zip

@Suite("Archives")
struct ZipArchiveTests {
    private func archive(_ files: [(name: String, content: [UInt8])], block: Int = ZipArchive.longestBlock) -> [UInt8] {
        var archive = ZipArchive()
        var bytes: [UInt8] = []
        for file in files {
            bytes += archive.begin(
                ZipArchive.Entry(name: Array(file.name.utf8), size: UInt64(file.content.count), modified: 1_764_424_801)
            )
            var checksum = ZipChecksum()
            var rest = file.content[...]
            repeat {
                let piece = Array(rest.prefix(block))
                rest = rest.dropFirst(piece.count)
                bytes += archive.block(of: piece.count, isLast: rest.isEmpty) + piece
                checksum.update(piece)
            } while !rest.isEmpty
            bytes += archive.end(checksum: checksum.value)
        }
        return bytes + archive.finish()
    }

    private let files: [(name: String, content: [UInt8])] = [
        ("a.txt", Array("hello\n".utf8)), ("empty", []), ("trip/Zürich 1.bin", .random(65_535, seed: 1)),
        ("trip/day 2/世界", .random(200_001, seed: 2)),
    ]

    /// By Python's own reader: what is in an archive, each file compared with one of the same number.
    private static let list = """
        import sys, zipfile
        archive = zipfile.ZipFile(sys.argv[1])
        assert archive.testzip() is None
        for number, info in enumerate(archive.infolist()):
            assert archive.read(info) == open(f'{sys.argv[1]}.{number}', 'rb').read()
            print(info.filename, info.file_size, *info.date_time)
        """

    @Test("Python reads what was written, names of any language included")
    func python() throws {
        let scratch = try ScratchFolder("zip")
        try scratch.write(archive(files), to: "a.zip")
        for (number, file) in files.enumerated() { try scratch.write(file.content, to: "a.zip.\(number)") }
        let read = try RunningProgram.run("/usr/bin/python3", ["-c", Self.list, scratch.path("a.zip")])
        #expect(read.status == 0, "\(read.error)")
        #expect(read.output == files.map { "\($0.name) \($0.content.count) 2025 11 29 14 0 0\n" }.joined())
    }

    @Test("one who gets it piece by piece sees where each file ends")
    func stream() throws {
        let scratch = try ScratchFolder("zip")
        try scratch.write(archive(files), to: "a.zip")
        // Walks from local head to local head, knowing of no directory.
        let walk = """
            import struct, sys, zlib
            data, at = open(sys.argv[1], 'rb').read(), 0
            while data[at:at+4] == b'PK\\x03\\x04':
                name, extra = struct.unpack('<HH', data[at+26:at+30])
                start = at + 30 + name + extra
                inflate = zlib.decompressobj(-15)
                content = inflate.decompress(data[start:])
                at = len(data) - len(inflate.unused_data)
                assert data[at:at+4] == b'PK\\x07\\x08'
                crc, packed, size = struct.unpack('<III', data[at+4:at+16])
                assert (crc, size, packed) == (zlib.crc32(content), len(content), at - start)
                at += 16
                print(size)
            """
        let read = try RunningProgram.run("/usr/bin/python3", ["-c", walk, scratch.path("a.zip")])
        #expect(read.status == 0, "\(read.error)")
        #expect(read.output == files.map { "\($0.content.count)\n" }.joined())
    }

    @Test("no name leads out of where an archive is opened, on any system")
    func names() {
        let entry = ZipArchive.Entry(name: Array("a\\..\\..\\b".utf8) + [0xFF], size: 0, modified: 0)
        #expect(entry.name == Array("a_.._.._b\u{FFFD}".utf8))
    }

    @Test("files and archives beyond 4 GiB have sizes and places of 64 bits, and so do more files than 65,535")
    func large() throws {
        let scratch = try ScratchFolder("zip")
        // One file of 5 GiB, whose blocks' heads aren't written: on the disk, it is a hole.
        let path = try scratch.write([], to: "a.zip")
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        var archive = ZipArchive()
        var offset: UInt64 = 0
        func put(_ bytes: [UInt8]) throws {
            try file.seek(toOffset: offset)
            try file.write(contentsOf: bytes)
            offset += UInt64(bytes.count)
        }
        let size: UInt64 = 5 << 30
        try put(archive.begin(ZipArchive.Entry(name: Array("large".utf8), size: size, modified: 0)))
        var left = size
        while left > 0 {
            let count = min(left, UInt64(ZipArchive.longestBlock))
            left -= count
            offset += UInt64(archive.block(of: Int(count), isLast: left == 0).count) + count
        }
        try put(archive.end(checksum: 7))
        var others: [UInt8] = []
        for number in 0..<66_000 {
            others += archive.begin(ZipArchive.Entry(name: Array("n\(number)".utf8), size: 0, modified: .max))
            others += archive.block(of: 0, isLast: true) + archive.end(checksum: 0)
        }
        try put(others)
        try put(archive.finish())
        try file.close()
        let read = try RunningProgram.run(
            "/usr/bin/python3",
            [
                "-c",
                """
                import sys, zipfile
                archive = zipfile.ZipFile(sys.argv[1])
                infos = archive.infolist()
                print(len(infos), infos[0].file_size >> 30, infos[-1].header_offset > 2**32)
                print(archive.read(infos[-1]), infos[-1].filename)
                """, path,
            ])
        #expect(read.status == 0, "\(read.error)")
        #expect(read.output == "66001 5 True\nb'' n65999\n")
    }
}
