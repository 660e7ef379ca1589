import Platform

/// What time it is for clearing. A clock that is wrong mustn't make everything old: time goes on here as it really passes, and a step more
/// at each look, so that a server that was off catches up while a clock that has jumped does little harm before somebody reads the log.
struct ClearingClock: Hashable {
    /// Up to when files were looked at, Unix seconds; nil: never yet.
    private(set) var time: Int64?
    private let pace: Pace

    struct Pace: Hashable, Sendable {
        /// Where it is kept, in the server's own folder of the storage.
        let name: FileName
        /// Seconds that it goes on by, besides those that have passed.
        let step: Int64
        /// Seconds that a server may have been off. Beyond, somebody has to look.
        let longestPause: Int64

        static let retention = Pace(
            name: FileName(constant: "cleared-until"), step: 86_400, longestPause: 30 * 86_400)
        /// Of what is removed for good, by and by. Whoever was off for long needn't look: the trash would only grow.
        static let trash = Pace(name: FileName(constant: "trash-emptied-until"), step: 3600, longestPause: .max)
    }

    enum Verdict: Hashable {
        /// - behind: seconds by which it is less than the clock says.
        case time(Int64, behind: Int64)
        /// The clock says a time before this program was built.
        case unset
        /// By so many seconds it is before the time that it was.
        case wentBack(Int64)
        /// By so many seconds it is after.
        case jumped(Int64)
    }

    /// Seconds that a clock may go back, as when it is set right.
    static let tolerance: Int64 = 3600

    init(time: Int64?, _ pace: Pace) {
        (self.time, self.pace) = (time, pace)
    }

    /// - Parameters:
    ///   - now: the machine's clock, Unix seconds.
    ///   - elapsed: seconds that have really passed since it was read last; 0 where nobody knows.
    mutating func read(now: Int64, elapsed: Int64, earliest: Int64 = BuildDay.unixTime) -> Verdict {
        if now < earliest { return .unset }
        guard let last = time else {
            time = now
            return .time(now, behind: 0)
        }
        let (ahead, overflow) = now.subtractingReportingOverflow(last)
        if overflow || ahead - elapsed > pace.longestPause { return .jumped(overflow ? .max : ahead) }
        if ahead < -Self.tolerance { return .wentBack(-ahead) }
        if ahead <= 0 { return .time(now, behind: 0) }
        let next = min(now, last + elapsed + pace.step)
        time = next
        return .time(next, behind: now - next)
    }
}

// MARK: - Over restarts

extension ClearingClock {
    private static let digits = 20

    /// As it stands in a storage; never read yet where there is nothing.
    init(in folder: Directory, _ pace: Pace) throws(SystemError) {
        let content: [UInt8]
        do throws(SystemError) {
            content = try folder.open(pace.name, .reading).readAll(limit: 2 * Self.digits)
        } catch {
            guard error.errno == .noEntry else { throw error }
            self.init(time: nil, pace)
            return
        }
        // The power went as it was made.
        if content.isEmpty {
            self.init(time: nil, pace)
            return
        }
        guard let time = Int64(String(decoding: content.prefix(Self.digits), as: UTF8.self)) else {
            throw SystemError("read", pace.name.description, errno: .invalid)
        }
        self.init(time: time, pace)
    }

    /// Always as long, so that it takes the place of the one before in one write.
    func write(to folder: Directory) throws(SystemError) {
        guard let time else { return }
        let file = try folder.open(pace.name, .openingOrCreating(permissions: 0o600))
        let isNew = try file.status().size == 0
        let number = String(max(0, time))
        try file.write(
            Array((String(repeating: "0", count: max(0, Self.digits - number.utf8.count)) + number + "\n").utf8))
        try file.flush()
        if isNew { try folder.flush() }
    }
}
