import HTTP

/// A day, UTC, as fields for dates have it: "2026-11-29".
struct Day {
    /// Unix seconds of its first moment and its last.
    let begin, end: Int64

    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        guard text.utf8.count == 10, parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            let date = HTTPDate(year: year, month: month, day: day)
        else { return nil }
        (begin, end) = (date.seconds, date.seconds + 86_399)
    }
}
