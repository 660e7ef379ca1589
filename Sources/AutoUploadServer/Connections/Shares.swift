import Platform

/// Whose connection makes room when all places are taken by those who have logged in: bookkeeping by numbers, without
/// sockets. Users have equal shares, as far as they want them.
struct Shares {
    private var numbers: [FileName: Set<UInt64>] = [:]
    private var owners: [UInt64: FileName] = [:]

    /// Seconds without work after which anybody's connection may make room, also one of those who have no more than the
    /// newcomer, or the newcomer's own.
    static let idle = 60.0

    /// Connections that are logged in.
    var count: Int { owners.count }

    func has(_ number: UInt64) -> Bool { owners[number] != nil }

    /// - Parameter number: of a connection, which isn't counted for another user any more.
    mutating func add(_ number: UInt64, of user: FileName) {
        remove(number)
        owners[number] = user
        numbers[user, default: []].insert(number)
    }

    mutating func remove(_ number: UInt64) {
        guard let user = owners.removeValue(forKey: number) else { return }
        numbers[user]?.remove(number)
        if numbers[user]?.isEmpty == true { numbers[user] = nil }
    }

    /// The connection that makes room for one more of a user: the idlest of the user who has most, if that one has at least two
    /// more. Else only one that has long been idle: of users who have more, or of the user's own.
    ///
    /// - Parameters:
    ///   - isCandidate: whether a connection would make the room that is needed.
    ///   - activity: of a connection.
    /// - Returns: nil when there is none: then the newcomer has to wait.
    func victim(
        for user: FileName, now: Instant = .now, among isCandidate: (UInt64) -> Bool,
        _ activity: (UInt64) -> Standing.Activity
    ) -> UInt64? {
        let held = numbers.mapValues { $0.filter(isCandidate) }
        let mine = held[user]?.count ?? 0
        let most = held.values.reduce(0) { max($0, $1.count) }
        func idlest(_ isTaken: (FileName, Int) -> Bool) -> (UInt64, Standing.Activity)? {
            held.filter { isTaken($0.key, $0.value.count) }.values.joined().map { ($0, activity($0)) }
                .min { $0.1 < $1.1 }
        }
        if most >= mine + 2 { return idlest { $1 == most }?.0 }
        guard let (number, activity) = idlest({ $0 == user || $1 > mine }) else { return nil }
        return !activity.isBusy && now.seconds(since: activity.lastWork) >= Self.idle ? number : nil
    }
}
