import Platform

/// Whose turn it is at the password check: bookkeeping by numbers, without threads.
///
/// Sites take turns, and within each its addresses, so that many logins of one don't hold up the first of another. An address one of whose logins was
/// just denied goes behind those of which none was. But some turns are kept for these, as a user may share an address with
/// somebody who guesses: nobody's guesses lock anybody out.
struct LoginQueue {
    /// Passwords that are checked at a time.
    private let simultaneous: Int
    private var checking: Set<UInt64> = []
    /// Logins that wait, in the order in which they came.
    private var lines: [AddressGroup: [UInt64]] = [:]
    /// Addresses whose logins wait, in the order of their turns.
    private var front = AddressTurns()
    /// The same, of those that were denied.
    private var behind = AddressTurns()
    /// Turns in a row that weren't of those behind.
    private var turnsOfFront = 0
    /// Until when an address goes behind.
    private var denied: [AddressGroup: Instant] = [:]

    /// Turns that those in front have, at most, for one of those behind.
    private static let share = 3
    private static let deniedSeconds = 60.0
    private static let mostDenied = 10_000

    init(simultaneous: Int) {
        self.simultaneous = simultaneous
    }

    /// Logins that wait for their turn.
    var waitingCount: Int { lines.values.reduce(0) { $0 + $1.count } }

    /// Whether a login has its turn.
    func isChecking(_ number: UInt64) -> Bool { checking.contains(number) }

    /// A login has come.
    mutating func join(_ number: UInt64, from group: AddressGroup, now: Instant = .now) {
        if lines[group] == nil { lineUp(group, now) }
        lines[group, default: []].append(number)
    }

    /// Gives the next turn, if one is free and somebody waits for it.
    ///
    /// - Returns: whose it is.
    mutating func next(now: Instant = .now) -> UInt64? {
        guard checking.count < simultaneous, let group = nextGroup(), var line = lines[group], !line.isEmpty else {
            return nil
        }
        let number = line.removeFirst()
        lines[group] = line.isEmpty ? nil : line
        if !line.isEmpty { lineUp(group, now) }
        checking.insert(number)
        return number
    }

    /// A login doesn't wait any longer: it has gone, or its turn is over.
    mutating func leave(_ number: UInt64, from group: AddressGroup) {
        if checking.remove(number) != nil { return }
        guard var line = lines[group], let index = line.firstIndex(of: number) else { return }
        line.remove(at: index)
        lines[group] = line.isEmpty ? nil : line
        guard line.isEmpty else { return }
        front.remove(group)
        behind.remove(group)
    }

    /// A login of this address was wrong.
    mutating func wasDenied(_ group: AddressGroup, now: Instant = .now) {
        if denied.count >= Self.mostDenied { denied = denied.filter { now < $0.value } }
        guard denied.count < Self.mostDenied else { return }
        denied[group] = now.advanced(bySeconds: Self.deniedSeconds)
        if front.remove(group) { behind.append(group) }
    }

    private mutating func lineUp(_ group: AddressGroup, _ now: Instant) {
        if let end = denied[group], now < end { behind.append(group) } else { front.append(group) }
    }

    private mutating func nextGroup() -> AddressGroup? {
        if !behind.isEmpty, front.isEmpty || turnsOfFront >= Self.share {
            turnsOfFront = 0
            return behind.removeFirst()
        }
        if front.isEmpty { return nil }
        turnsOfFront += 1
        return front.removeFirst()
    }
}
