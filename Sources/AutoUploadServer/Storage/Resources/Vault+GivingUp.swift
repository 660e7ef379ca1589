import Domain
import Platform

extension Vault {
    /// Removes unfinished upload resources, with all that has come, which nobody may go on with any more. What is just being sent stays.
    ///
    /// - Parameters:
    ///   - isOver: says of which that is so.
    ///   - tell: as for `begin`.
    package func giveUpResources(
        where isOver: (ResourceTraits) -> Bool, tellingOfReclaimed tell: (OfferedFile, UInt64) -> Void
    ) {
        guard (try? requireInPlace()) != nil else { return }
        for user in resources.users {
            for found in (try? resources.unfinished(of: user)) ?? [] where isOver(found.record.traits) {
                giveUp(found.record.traits.key, tell)
            }
        }
    }

    private func giveUp(_ key: OfferedFile.Key, _ tell: (OfferedFile, UInt64) -> Void) {
        if finishing.withLock({ $0.contains(key) }) { return }
        guard partials.giveUp(key, idleFor: 0, tell) else { return }
        // It may have been finished since it was looked at.
        guard let latest = try? resources.find(key), latest.found.stored == nil else { return }
        resources.remove(key)
    }
}
