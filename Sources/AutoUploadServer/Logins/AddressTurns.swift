import Platform

/// The order in which address groups have their turns. Sites take turns, and within each its groups: who has a whole site's
/// networks has no more turns than who has one address.
struct AddressTurns {
    private var sites: [AddressGroup] = []
    private var groups: [AddressGroup: [AddressGroup]] = [:]

    var isEmpty: Bool { sites.isEmpty }

    /// Puts a group at the end.
    mutating func append(_ group: AddressGroup) {
        if groups[group.site] == nil { sites.append(group.site) }
        groups[group.site, default: []].append(group)
    }

    /// Takes the next one out.
    mutating func removeFirst() -> AddressGroup? {
        guard !sites.isEmpty else { return nil }
        let site = sites.removeFirst()
        guard var line = groups.removeValue(forKey: site), !line.isEmpty else { return nil }
        let group = line.removeFirst()
        if !line.isEmpty {
            groups[site] = line
            sites.append(site)
        }
        return group
    }

    /// - Returns: whether it was there.
    @discardableResult
    mutating func remove(_ group: AddressGroup) -> Bool {
        guard var line = groups[group.site], let index = line.firstIndex(of: group) else { return false }
        line.remove(at: index)
        groups[group.site] = line.isEmpty ? nil : line
        if line.isEmpty { sites.removeAll { $0 == group.site } }
        return true
    }
}
