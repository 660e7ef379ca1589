import Platform

/// Whose turn it is at the password check: bookkeeping by numbers, without threads.
///
/// Sites take turns, and within each its addresses, so that many logins of one don't hold up the first of another. What is like a
/// login that was just wrong goes behind all others (`Denials`). But some turns are kept for these, as a user may share an address
/// with somebody who guesses, and a name with whom it is guessed for: nobody's guesses lock anybody out.
struct LoginQueue {
    /// Passwords that are checked at a time.
    private let simultaneous: Int
    private var checking: Set<UInt64> = []
    private var waiting: [UInt64: LoginOrigin] = [:]
    private var front = LoginLines()
    private var behind = LoginLines()
    /// Turns in a row that weren't of those behind.
    private var turnsOfFront = 0
    private var denials = Denials()

    /// Turns that those in front have, at most, for one of those behind.
    private static let share = 3

    init(simultaneous: Int) {
        self.simultaneous = simultaneous
    }

    /// Logins that wait for their turn.
    var waitingCount: Int { waiting.count }

    /// Whether a login has its turn.
    func isChecking(_ number: UInt64) -> Bool { checking.contains(number) }

    /// A login has come.
    mutating func join(_ number: UInt64, from origin: LoginOrigin, now: Instant = .now) {
        waiting[number] = origin
        if denials.contain(origin, now: now) {
            behind.append(number, from: origin.group)
        } else {
            front.append(number, from: origin.group)
        }
    }

    /// Gives the next turn, if one is free and somebody waits for it.
    ///
    /// - Returns: whose it is.
    mutating func next(now: Instant = .now) -> UInt64? {
        guard checking.count < simultaneous, let number = nextInLine(now) else { return nil }
        waiting[number] = nil
        checking.insert(number)
        return number
    }

    /// A login doesn't wait any longer: it has gone, or its turn is over.
    mutating func leave(_ number: UInt64) {
        checking.remove(number)
        guard let origin = waiting.removeValue(forKey: number) else { return }
        front.remove(number, from: origin.group)
        behind.remove(number, from: origin.group)
    }

    /// A login was wrong.
    mutating func wasDenied(_ origin: LoginOrigin, now: Instant = .now) {
        denials.insert(origin, now: now)
    }

    private mutating func nextInLine(_ now: Instant) -> UInt64? {
        let isTurnOfBehind = !behind.isEmpty && turnsOfFront >= Self.share
        if !isTurnOfBehind, let number = nextInFront(now) {
            turnsOfFront += 1
            return number
        }
        turnsOfFront = 0
        return behind.removeFirst().number
    }

    /// Those that were like others when they came, and no more, are put behind on the way.
    private mutating func nextInFront(_ now: Instant) -> UInt64? {
        let (origins, denials) = (waiting, denials)
        let (number, late) = front.removeFirst { origins[$0].map { denials.contain($0, now: now) } ?? true }
        for number in late {
            if let origin = origins[number] { behind.append(number, from: origin.group) }
        }
        return number
    }
}
