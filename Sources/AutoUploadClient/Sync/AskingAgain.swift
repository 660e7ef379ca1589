import Platform

/// Which confirmations aren't taken for granted any more, where files stay: the server may have lost what it confirmed, by a broken
/// disk or an older backup. Its answer renews them; what it hasn't got is sent again.
struct AskingAgain: Hashable {
    /// Confirmations that are older are asked about; 0: all from before `started`. What a clock that was ahead has dated counts
    /// as old.
    let days: Int
    /// Unix seconds.
    let started: Int64

    init(days: Int, started: Int64 = currentUnixTime()) {
        self.days = days
        self.started = started
    }

    /// - Parameters: Unix seconds.
    func concerns(_ confirmedAt: Int64, now: Int64) -> Bool {
        if confirmedAt > now { return true }
        if days == 0 { return confirmedAt <= started }
        let (age, overflows) = now.subtractingReportingOverflow(confirmedAt)
        return overflows || age > Int64(days) * 86_400
    }
}
