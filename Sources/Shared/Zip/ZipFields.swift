internal import Encodings

/// Extra fields of a file in an archive.
enum ZipExtra {
    /// What doesn't fit into 32 bits (APPNOTE 4.5.3).
    static func sizes(_ numbers: UInt64...) -> [UInt8] {
        var field: [UInt8] = []
        field.write(0x0001 as UInt16)
        field.write(UInt16(numbers.count * 8))
        for number in numbers { field.write(number) }
        return field
    }

    /// The time of modification in Unix seconds, as Info-ZIP writes it.
    static func time(_ unixSeconds: Int64) -> [UInt8] {
        guard let seconds = Int32(exactly: unixSeconds) else { return [] }
        var field: [UInt8] = []
        field.write(0x5455 as UInt16)
        field.write(5 as UInt16)
        return field + [1]
            + {
                var bytes: [UInt8] = []
                bytes.write(UInt32(bitPattern: seconds))
                return bytes
            }()
    }
}

/// Names in an archive: its reader makes files of them, on whatever system.
enum ZipName {
    static let longest = 65_535

    /// UTF-8, without what is a separator elsewhere: "a\..\..\b" is one name here, and a way out of a folder there.
    static func safe(_ name: [UInt8]) -> [UInt8] {
        let text = String(decoding: name, as: UTF8.self)
        return Array(text.utf8.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "_") : $0 }.prefix(longest))
    }
}

/// Times as MS-DOS has them, from 1980 on, in steps of two seconds; UTC, as nobody knows the reader's zone.
enum ZipTime {
    static func fields(_ unixSeconds: Int64) -> (time: UInt16, date: UInt16) {
        // 1980 to 2107.
        let seconds = min(max(unixSeconds, 315_532_800), 4_354_819_199)
        let (year, month, day) = Calendar.date(ofDay: seconds / 86_400)
        let clock = seconds % 86_400
        let time = (clock / 3600) << 11 | (clock / 60 % 60) << 5 | clock % 60 / 2
        return (UInt16(truncatingIfNeeded: time), UInt16(truncatingIfNeeded: (year - 1980) << 9 | month << 5 | day))
    }
}
