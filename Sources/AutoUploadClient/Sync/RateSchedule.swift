import Platform

/// How many bytes may be sent a second, by the hours of the day.
struct RateSchedule: Hashable, Sendable {
    private struct Rule: Hashable {
        let bytesPerSecond: UInt64
        /// Minutes of the day from the first one on, up to the second one; over midnight where that is earlier. Nil: at all other times.
        let hours: Hours?
    }

    private struct Hours: Hashable {
        let begin: Int
        let end: Int

        func contain(_ minute: Int) -> Bool {
            begin < end ? (begin..<end).contains(minute) : minute >= begin || minute < end
        }
    }

    private var rules: [Rule] = []

    /// The fewest that let a connection live.
    static let least: UInt64 = 16_384
    private static let most: UInt64 = 1 << 40

    /// As many as the link takes.
    init() {}

    /// The same at all hours.
    init(_ bytesPerSecond: UInt64) {
        rules = [Rule(bytesPerSecond: bytesPerSecond, hours: nil)]
    }

    /// - Parameter texts: SIZE or SIZE@HH:MM-HH:MM each; of those with hours that overlap the first one counts.
    /// - Returns: nil when one of them is neither, or says what another one says.
    init?(_ texts: [String]) {
        for text in texts {
            guard let rule = Self.rule(text), !rules.contains(where: { $0.hours == rule.hours }) else { return nil }
            rules.append(rule)
        }
    }

    private static func rule(_ text: String) -> Rule? {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let size = parts.first.flatMap({ byteCount($0.utf8) }), (least...most).contains(size) else { return nil }
        if parts.count == 1 { return Rule(bytesPerSecond: size, hours: nil) }
        let times = parts[1].split(separator: "-", omittingEmptySubsequences: false).map(minute)
        guard times.count == 2, let begin = times[0], let end = times[1], begin != end else { return nil }
        return Rule(bytesPerSecond: size, hours: Hours(begin: begin, end: end))
    }

    /// - Parameter text: HH:MM.
    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(isDigit) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// - Parameter minute: of the day, by the clock of the wall.
    /// - Returns: nil where there is no bound.
    func bytesPerSecond(at minute: Int) -> UInt64? {
        let rule = rules.first { $0.hours?.contain(minute) == true } ?? rules.first { $0.hours == nil }
        return rule?.bytesPerSecond
    }

    var isEmpty: Bool { rules.isEmpty }
}
