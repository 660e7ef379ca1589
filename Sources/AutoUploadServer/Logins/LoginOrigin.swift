import Platform

/// Where a login comes from, and as whom: whether there is such a user makes no difference.
struct LoginOrigin: Hashable {
    /// The address block.
    let group: AddressGroup
    /// Stands for the name, however long that is.
    fileprivate let user: Int

    /// - Parameter user: the name as it came.
    init(_ group: AddressGroup, as user: String) {
        (self.group, self.user) = (group, user.hashValue)
    }
}

/// Wrong logins of the last minute, by address block and by user: later ones go behind others.
///
/// Behind goes the pair of block and user that was wrong, and neither the block's other users nor the user's other blocks. But who
/// guesses goes through names, or through addresses: a block at which several users' logins were wrong goes behind as a whole, and
/// so does a user everywhere whose logins were wrong at several sites.
struct Denials {
    /// Users, by the block at which their logins were wrong.
    private var users = RecentPairs<AddressGroup, Int>()
    /// Sites, by the user whose logins were wrong there.
    private var sites = RecentPairs<Int, AddressGroup>()

    /// Users of a block, or sites of a user, from which on it is no mistake of one.
    static let several = 4
    static let seconds = 60.0

    mutating func insert(_ origin: LoginOrigin, now: Instant) {
        users.insert(origin.group, origin.user, now)
        sites.insert(origin.user, origin.group.site, now)
    }

    /// Whether logins from there go behind.
    func contain(_ origin: LoginOrigin, now: Instant) -> Bool {
        let users = users.partners(of: origin.group, now)
        return users.contains(origin.user) || users.count >= Self.several
            || sites.partners(of: origin.user, now).count >= Self.several
    }
}

/// What came together lately, of a bounded number: where it is more, the oldest is forgotten first.
private struct RecentPairs<Key: Hashable, Partner: Hashable> {
    /// With each key its last partners, and until when each counts.
    private typealias Partners = [Partner: Instant]

    private var young: [Key: Partners] = [:]
    private var old: [Key: Partners] = [:]

    /// Keys of each age; all together some 5 MB.
    private static var most: Int { 5000 }

    mutating func insert(_ key: Key, _ partner: Partner, _ now: Instant) {
        if young[key] == nil, young.count >= Self.most { (young, old) = ([:], young) }
        var partners = young[key, default: [:]]
        if partners[partner] == nil, partners.count >= Denials.several,
            let first = partners.min(by: { $0.value < $1.value })
        {
            partners[first.key] = nil
        }
        partners[partner] = now.advanced(bySeconds: Denials.seconds)
        young[key] = partners
    }

    func partners(of key: Key, _ now: Instant) -> Set<Partner> {
        var partners: Set<Partner> = []
        for known in [young[key], old[key]] {
            for (partner, end) in known ?? [:] where now < end { partners.insert(partner) }
        }
        return partners
    }
}
