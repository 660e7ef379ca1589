import Platform

extension LogLine {
    /// An event that concerns a file.
    init(_ event: String, _ path: LocalPath, level: LogLevel = .info) {
        self.init(event, level: level)
        add("path", bytes: path.bytes)
    }
}
