internal import Encodings
internal import Glibc

/// What stands before each line of log.
enum LogStyle {
    /// The time (UTC) and the level, as words.
    case plain
    /// The level, as sd-daemon(3) has it: the journal keeps the time itself.
    case journal

    /// Of this process: whether its standard error is the journal. See systemd.exec(5), JOURNAL_STREAM.
    static let current: LogStyle = isJournal(environmentVariable("JOURNAL_STREAM")) ? .journal : .plain

    /// - Parameter text: as a `LogLine` has it.
    func line(_ level: LogLevel, _ text: String) -> String {
        if LogFormat.isJSON { return priority(level) + json(level, text) }
        return switch self {
        case .plain: "\(utcText(currentUnixTime())) \(level.rawValue) \(text)"
        case .journal: priority(level) + text
        }
    }

    private func json(_ level: LogLevel, _ text: String) -> String {
        "{\"time\":\"\(utcText(currentUnixTime()))\",\"level\":\"\(level.rawValue)\",\(text)}"
    }

    func priority(_ level: LogLevel) -> String {
        guard self == .journal else { return "" }
        return switch level {
        case .info: "<6>"
        case .warning: "<4>"
        case .error: "<3>"
        }
    }

    /// A program that is started by a service inherits the variable, but writes elsewhere, perhaps.
    private static func isJournal(_ stream: String?) -> Bool {
        var status = stat()
        guard let stream, unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }
}
