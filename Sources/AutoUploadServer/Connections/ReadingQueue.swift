import Platform

/// Whose turn it is to have stored files read: bookkeeping by numbers, without threads. Of the users who wait, the one for whom
/// least is read at the time is the next; of several, in turns. None has all that is read at a time.
struct ReadingQueue {
    /// Files that are read at a time.
    private let simultaneous: Int
    private var lines: [FileName: [UInt64]] = [:]
    /// Users who wait, in the order of their turns.
    private var order: [FileName] = []
    private var reading: [UInt64: FileName] = [:]
    private var counts: [FileName: Int] = [:]

    /// - Parameter simultaneous: at least 2.
    init(simultaneous: Int) {
        self.simultaneous = max(2, simultaneous)
    }

    func isReading(_ number: UInt64) -> Bool { reading[number] != nil }

    /// Whether somebody who reads had better let others read: one waits who has less.
    func isWanted(from user: FileName) -> Bool {
        let mine = counts[user, default: 0]
        return order.contains { $0 != user && counts[$0, default: 0] < mine }
    }

    mutating func join(_ number: UInt64, of user: FileName) {
        if lines[user] == nil { order.append(user) }
        lines[user, default: []].append(number)
    }

    /// Gives the next turn, if one is free and somebody waits who may have it.
    ///
    /// - Returns: whose it is.
    mutating func next() -> UInt64? {
        guard reading.count < simultaneous else { return nil }
        let waiting = order.enumerated().filter { counts[$1, default: 0] < simultaneous - 1 }
        let least = waiting.min { counts[$0.element, default: 0] < counts[$1.element, default: 0] }
        guard let (index, user) = least, var line = lines[user], !line.isEmpty else { return nil }
        let number = line.removeFirst()
        lines[user] = line.isEmpty ? nil : line
        order.remove(at: index)
        if !line.isEmpty { order.append(user) }
        reading[number] = user
        counts[user, default: 0] += 1
        return number
    }

    /// Somebody doesn't wait any longer, or has read.
    mutating func leave(_ number: UInt64, of user: FileName) {
        if reading.removeValue(forKey: number) != nil {
            let rest = counts[user, default: 1] - 1
            counts[user] = rest > 0 ? rest : nil
            return
        }
        guard var line = lines[user], let index = line.firstIndex(of: number) else { return }
        line.remove(at: index)
        lines[user] = line.isEmpty ? nil : line
        if line.isEmpty { order.removeAll { $0 == user } }
    }
}
