internal import Encodings
internal import Glibc

/// How much a line of log matters.
package enum LogLevel: String, Sendable {
    case info, warning, error
}

/// One event, as words that a person and a program can both read: `name key=value key="value with spaces"`.
///
/// Values are escaped, so that nobody can forge a line. Secrets never become fields.
package struct LogLine: Sendable {
    package let level: LogLevel
    package private(set) var text: String

    /// - Parameter event: one word.
    package init(_ event: String, level: LogLevel = .info) {
        self.level = level
        text = LogFormat.isJSON ? "\"event\":\(jsonString(event))" : event
        text.reserveCapacity(Self.usualLength)
    }

    /// Bytes that most lines stay below.
    private static let usualLength = 192

    package mutating func add(_ key: String, _ value: String) {
        add(key, bytes: Array(value.utf8))
    }

    package mutating func add(_ key: String, _ value: some BinaryInteger) {
        begin(key)
        text += String(value)
    }

    /// - Parameter seconds: shown to the millisecond.
    package mutating func add(_ key: String, seconds: Double) {
        let thousandths = Int64((max(0, min(seconds, 1e12)) * 1000).rounded())
        let fraction = String(thousandths % 1000)
        begin(key)
        text += "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    package mutating func add(_ key: String, bytes: [UInt8]) {
        if LogFormat.isJSON {
            begin(key)
            // As it is, where JSON can hold it; else as people see it.
            return text += jsonString(String(validating: bytes, as: UTF8.self) ?? escaped(bytes))
        }
        let value = escaped(bytes, quoting: true)
        let isPlain =
            !value.isEmpty && !value.utf8.contains { $0 <= 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "=") }
        begin(key)
        text += isPlain ? value : "\"\(value)\""
    }

    private mutating func begin(_ key: String) {
        text += LogFormat.isJSON ? ",\(jsonString(key)):" : " \(key)="
    }
}

/// Where lines of log go: standard error, with the time (UTC) and the level before each, or as the journal wants them. No one who
/// logs waits for its reader; see `LineWriter`.
package enum Log {
    package static func write(_ line: LogLine) {
        write([line])
    }

    /// Several at once: cheaper than each for itself.
    package static func write(_ lines: [LogLine]) {
        if lines.isEmpty { return }
        LineWriter.standardError.write(lines.map { LogStyle.current.line($0.level, $0.text) })
    }

    /// A line of free text; anything in it that isn't ours must have been escaped.
    package static func write(_ level: LogLevel, _ text: String) {
        LineWriter.standardError.write([freeLine(level, text)])
    }

    static func freeLine(_ level: LogLevel, _ text: String) -> String {
        LogStyle.current.line(level, LogFormat.isJSON ? "\"event\":\"message\",\"text\":\(jsonString(text))" : text)
    }

    /// Says that so many lines are missing where it stands.
    static func lossLine(_ count: Int) -> String {
        var line = LogLine("log-lost", level: .warning)
        line.add("lines", count)
        return LogStyle.current.line(line.level, line.text)
    }
}

/// A time as ISO 8601 writes it, in UTC: "2026-11-21T08:34:42Z".
///
/// - Parameter unixSeconds: any; one whose year no calendar has is shown as the number that it is.
package func utcText(_ unixSeconds: Int64) -> String {
    var seconds = time_t(unixSeconds)
    var parts = unsafe tm()
    guard unsafe gmtime_r(&seconds, &parts) != nil else { return "\(unixSeconds)" }
    let (year, month, day) = unsafe (Int(parts.tm_year) + 1900, parts.tm_mon + 1, parts.tm_mday)
    let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
    return "\(year)-\(twoDigits(month))-\(twoDigits(day))"
        + "T\(twoDigits(hour)):\(twoDigits(minute)):\(twoDigits(second))Z"
}

private func twoDigits(_ number: CInt) -> String {
    number < 10 ? "0\(number)" : "\(number)"
}
