internal import Encodings

/// The second in which something is signed, as S3 writes it.
package struct SigningTime: Hashable, Sendable {
    package let unixTime: Int64

    /// - Parameter unixTime: seconds since 1970, before the year 10,000.
    package init(_ unixTime: Int64) { self.unixTime = min(max(unixTime, 0), 253_402_300_799) }

    /// - Parameter stamp: as `stamp`.
    /// - Returns: nil for anything else.
    package init?(stamp: String) {
        let bytes = Array(stamp.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            let year = Self.number(bytes[0..<4]), year >= 1970, let month = Self.number(bytes[4..<6]),
            let day = Self.number(bytes[6..<8]), let hour = Self.number(bytes[9..<11]),
            let minute = Self.number(bytes[11..<13]), let second = Self.number(bytes[13..<15])
        else { return nil }
        let days = Calendar.days(year: year, month: month, day: day)
        self.init(days * 86_400 + hour * 3600 + minute * 60 + second)
        // No 31 February.
        guard self.stamp == stamp else { return nil }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// `20130524`.
    package var day: String {
        let (year, month, day) = date
        return padded(year, 4) + padded(month, 2) + padded(day, 2)
    }

    /// `20130524T000000Z`.
    package var stamp: String {
        let second = unixTime % 86_400
        return "\(day)T\(padded(second / 3600, 2))\(padded(second / 60 % 60, 2))\(padded(second % 60, 2))Z"
    }

    /// `2013-05-24T00:00:00.000Z`, as policies have it.
    package var policyText: String {
        let ((year, month, day), second) = (date, unixTime % 86_400)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
            + "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2)).000Z"
    }

    private var date: (Int64, Int64, Int64) {
        let (year, month, day) = Calendar.date(ofDay: unixTime / 86_400)
        return (year, month, day)
    }

    private func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
