import Platform

/// Who may connect when many want to: pure bookkeeping by numbers, without sockets.
///
/// Connections that aren't logged in yet wait, also for the password check, and cost a flood's sender nothing. So they never
/// keep others out: when there is no room, a newcomer takes the place of the one that has waited longest among those of the
/// address that has most. Nor do those who are logged in: a few more may always come in to log in, and who does takes the
/// place of the idlest connection of the user who has most.
package struct Admission {
    /// How many connections there may be.
    package struct Limits {
        var all: Int
        var perAddress: Int
        var beforeLogin: Int
        /// That may come in to log in where all other places are taken.
        var lobby = 32
        /// Connections that lost their place and aren't gone yet; they count nowhere else.
        var leaving = 64
    }

    enum Decision: Hashable {
        /// - displaced: whose place it takes, if there was none left: to be ended now.
        case admitted(number: UInt64, displaced: UInt64?)
        case refused(reason: String)
    }

    var limits: Limits
    private var next: UInt64 = 0
    private var groups: [UInt64: AddressGroup] = [:]
    private var members: [AddressGroup: Int] = [:]
    /// Those that aren't logged in, longest waiting first: numbers only grow.
    private var waiting: [AddressGroup: [UInt64]] = [:]
    private var waitingCount = 0
    private var leaving: Set<UInt64> = []
    private var shares = Shares()

    init(_ limits: Limits) {
        self.limits = limits
    }

    /// Connections, those that are about to go included.
    var count: Int { groups.count + leaving.count }

    /// Whether so many are about to go that newcomers had better wait until some are gone.
    var isCrowded: Bool { leaving.count >= limits.leaving }

    /// Connections that aren't logged in, that are, and that are about to go.
    var tally: (waiting: Int, loggedIn: Int, leaving: Int) {
        (waitingCount, groups.count - waitingCount, leaving.count)
    }

    func isLeaving(_ number: UInt64) -> Bool { leaving.contains(number) }

    /// Decides about a newcomer.
    mutating func admit(from group: AddressGroup) -> Decision {
        if isCrowded { return .refused(reason: "too many connections that come and go") }
        let displaced = makeRoom(for: group)
        next += 1
        join(next, group)
        return .admitted(number: next, displaced: displaced)
    }

    /// A proxy has said whose connection it is, before anything else came by it: it is looked at as if it had come from there.
    ///
    /// - Returns: whose place it takes, if there was none left: to be ended now.
    mutating func arrive(_ number: UInt64, from group: AddressGroup) -> UInt64? {
        // Who has lost its place finds out by itself.
        guard let proxy = groups[number], proxy != group else { return nil }
        leave(number)
        let displaced = makeRoom(for: group)
        join(number, group)
        return displaced
    }

    private mutating func makeRoom(for group: AddressGroup) -> UInt64? {
        var displaced: UInt64?
        if members[group, default: 0] >= limits.perAddress, (waiting[group]?.count ?? 0) >= limits.lobby {
            displaced = waiting[group]?.first
        } else if waitingCount >= limits.beforeLogin || groups.count >= limits.all && waitingCount >= limits.lobby {
            displaced = longestWaiting(newcomer: group)
        }
        if let displaced { displace(displaced) }
        return displaced
    }

    private mutating func join(_ number: UInt64, _ group: AddressGroup) {
        groups[number] = group
        members[group, default: 0] += 1
        wait(number, group)
    }

    enum LoginDecision: Hashable {
        /// - displaced: whose place it takes, if there was none left: to be ended now.
        case stays(displaced: UInt64?)
        /// It has lost its place just before.
        case lost
        case refused
    }

    /// A login was right; on a connection of the web it may be followed by another user's.
    ///
    /// - Parameter activity: how busy a connection is.
    mutating func loggedIn(
        _ number: UInt64, as user: FileName, _ activity: (UInt64) -> Standing.Activity
    ) -> LoginDecision {
        guard let group = groups[number] else { return .lost }
        if shares.has(number) {
            shares.add(number, of: user)
            return .stays(displaced: nil)
        }
        var displaced: UInt64?
        if members[group, default: 0] - (waiting[group]?.count ?? 0) >= limits.perAddress {
            displaced = shares.victim(for: user, among: { groups[$0] == group }, activity)
            if displaced == nil { return .refused }
        } else if shares.count >= limits.all {
            displaced = shares.victim(for: user, among: { _ in true }, activity)
            if displaced == nil { return .refused }
        }
        if let displaced { displace(displaced) }
        removeWaiting(number, group)
        shares.add(number, of: user)
        return .stays(displaced: displaced)
    }

    /// It is another address's than it seemed.
    ///
    /// - Returns: false when that has as many as it may: then nothing is changed.
    mutating func move(_ number: UInt64, to group: AddressGroup) -> Bool {
        // Who has lost its place finds out by itself.
        guard let old = groups[number], old != group else { return true }
        guard members[group, default: 0] < limits.perAddress else { return false }
        let isWaiting = waiting[old]?.contains(number) == true
        removeMember(old)
        removeWaiting(number, old)
        groups[number] = group
        members[group, default: 0] += 1
        if isWaiting { wait(number, group) }
        return true
    }

    private mutating func wait(_ number: UInt64, _ group: AddressGroup) {
        var numbers = waiting[group] ?? []
        numbers.insert(number, at: numbers.firstIndex { $0 > number } ?? numbers.endIndex)
        waiting[group] = numbers
        waitingCount += 1
    }

    private mutating func removeMember(_ group: AddressGroup) {
        let others = members[group, default: 1] - 1
        members[group] = others > 0 ? others : nil
    }

    private mutating func displace(_ number: UInt64) {
        leave(number)
        leaving.insert(number)
    }

    /// It is gone.
    mutating func remove(_ number: UInt64) {
        if leaving.remove(number) == nil { leave(number) }
    }

    private mutating func leave(_ number: UInt64) {
        guard let group = groups.removeValue(forKey: number) else { return }
        shares.remove(number)
        removeMember(group)
        removeWaiting(number, group)
    }

    private mutating func removeWaiting(_ number: UInt64, _ group: AddressGroup) {
        guard let index = waiting[group]?.firstIndex(of: number) else { return }
        waiting[group]?.remove(at: index)
        if waiting[group]?.isEmpty == true { waiting[group] = nil }
        waitingCount -= 1
    }

    /// Of the site that would have most, and there of the address; of several, the one that waits longest.
    private func longestWaiting(newcomer: AddressGroup) -> UInt64? {
        var sites = [newcomer.site: 1]
        for (group, numbers) in waiting { sites[group.site, default: 0] += numbers.count }
        var most = (site: 0, group: 0)
        var longest: UInt64?
        for (group, numbers) in waiting {
            guard let first = numbers.first else { continue }
            let count = (site: sites[group.site, default: 0], group: numbers.count + (group == newcomer ? 1 : 0))
            if count > most || count == most && first < longest ?? .max { (most, longest) = (count, first) }
        }
        return longest
    }
}
