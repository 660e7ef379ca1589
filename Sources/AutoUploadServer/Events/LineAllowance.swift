package import Platform

/// How many lines of log anybody can cause: what clients do at no cost mustn't become a flood of lines. Of each user, and of each
/// network of those who aren't logged in, so many are told a minute; the rest is counted, and told in one line when the minute is
/// over.
package final class LineAllowance: Sendable {
    /// Lines a minute for each.
    static let lines = 1000
    private static let seconds = 60.0
    /// A bound to memory: networks beyond it share one allowance.
    private static let mostNetworks = 10_000

    /// Whose lines they are.
    enum Source: Hashable {
        case user(FileName)
        /// Of those who aren't logged in.
        case network(AddressGroup)
        case otherNetworks
    }

    /// Lines that weren't told.
    package struct Untold {
        let source: Source
        /// One of those that caused them, where nobody is logged in.
        let address: SocketAddress?
        let count: Int
    }

    private struct Minute {
        let end: Instant
        let address: SocketAddress?
        var told = 0
        var untold = 0
    }

    private let minutes = Monitor<[Source: Minute]>([:])

    package init() {}

    /// Takes in a line.
    ///
    /// - Returns: whether it is to be told.
    package func add(_ user: FileName, now: Instant = .now) -> Bool {
        minutes.withLock { Self.add(.user(user), nil, now, &$0) }
    }

    /// Takes in a line about somebody who isn't logged in.
    package func add(_ address: SocketAddress, now: Instant = .now) -> Bool {
        let network = Source.network(address.group.site)
        return minutes.withLock { minutes in
            let isKnown = minutes[network] != nil || minutes.count < Self.mostNetworks
            return Self.add(isKnown ? network : .otherNetworks, address, now, &minutes)
        }
    }

    /// Takes in a line that is as much a user's as that of a network's connection: it is told if one of the two may have it.
    package func add(_ user: FileName, from address: SocketAddress, now: Instant = .now) -> Bool {
        let isOver = minutes.withLock { minutes in
            (minutes[.user(user)]?.told ?? 0) >= Self.lines
                && (minutes[.network(address.group.site)]?.told ?? 0) < Self.lines
        }
        return isOver ? add(address, now: now) : add(user, now: now)
    }

    private static func add(
        _ source: Source, _ address: SocketAddress?, _ now: Instant, _ minutes: inout [Source: Minute]
    ) -> Bool {
        var minute = minutes[source] ?? Minute(end: now.advanced(bySeconds: seconds), address: address)
        defer { minutes[source] = minute }
        guard minute.told < lines else {
            minute.untold += 1
            return false
        }
        minute.told += 1
        return true
    }

    /// What wasn't told of the minutes that are over.
    ///
    /// - Parameter isEnd: all minutes are.
    package func takeUntold(now: Instant = .now, isEnd: Bool = false) -> [Untold] {
        minutes.withLock { minutes in
            let over = minutes.filter { isEnd || $0.value.end <= now }
            for source in over.keys { minutes[source] = nil }
            return over.filter { $0.value.untold > 0 }.map {
                Untold(source: $0.key, address: $0.value.address, count: $0.value.untold)
            }
        }
    }
}
