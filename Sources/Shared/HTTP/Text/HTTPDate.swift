internal import Encodings

/// A time as HTTP writes it, in the one form that may be written (RFC 9110, section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
package struct HTTPDate: Hashable, Comparable, Sendable {
    /// Since 1970.
    package let seconds: Int64

    /// - Parameter unixSeconds: from the year 1970 to the year 9999.
    package init(_ unixSeconds: Int64) {
        seconds = min(max(unixSeconds, 0), Self.last)
    }

    /// Fails for what isn't written so, or is no day.
    package init?(_ bytes: some Collection<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, bytes.count == 29, parts[5] == "GMT" else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Self.number($0, 2) }
        guard let day = Self.number(parts[1], 2), let month = Self.months.firstIndex(where: { $0 == parts[2] }),
            let year = Self.number(parts[3], 4), time.count == 3, (1970...9999).contains(year), (1...31).contains(day),
            time[0] < 24, time[1] < 60, time[2] <= 60
        else { return nil }
        let days = Calendar.days(year: year, month: Int64(month) + 1, day: day)
        let date = HTTPDate(days * 86_400 + time[0] * 3600 + time[1] * 60 + min(time[2], 59))
        // "31 Feb", and a weekday that isn't that day's.
        guard date.value.text.prefix(16) == text.prefix(16) else { return nil }
        self = date
    }

    /// The first moment of a day. Fails where there is no such day, or its year isn't one from 1970 to 9999.
    package init?(year: Int64, month: Int64, day: Int64) {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        let days = Calendar.days(year: year, month: month, day: day)
        guard Calendar.date(ofDay: days) == (year, month, day) else { return nil }
        self.init(days * 86_400)
    }

    package var value: FieldValue {
        let (year, month, day) = Calendar.date(ofDay: seconds / 86_400)
        let time = seconds % 86_400
        // The first day was a Thursday.
        let weekday = Self.weekdays[Int((seconds / 86_400 + 4) % 7)]
        let clock = [time / 3600, time / 60 % 60, time % 60].map { Self.digits($0, 2) }.joined(separator: ":")
        return FieldValue(
            known: Array(
                "\(weekday), \(Self.digits(day, 2)) \(Self.months[Int(month) - 1]) \(Self.digits(year, 4)) \(clock) GMT"
                    .utf8))
    }

    package static func < (one: HTTPDate, other: HTTPDate) -> Bool { one.seconds < other.seconds }

    private static let last: Int64 = 253_402_300_799
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func number(_ text: Substring, _ count: Int) -> Int64? {
        guard text.utf8.count == count, text.utf8.allSatisfy(isDigit) else { return nil }
        return Int64(text)
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
