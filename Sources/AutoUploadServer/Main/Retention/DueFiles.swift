import Catalogue
import Domain
import Platform
import SQLite
import Storage

/// Which files are due to go: oldest first, user by user, as the catalogue knows them and the folder still has them.
struct DueFiles {
    let rules: RetentionRules
    /// What time it is, Unix seconds.
    let time: Int64
    let files: StoredFiles

    struct File {
        let entry: FileEntry
        let reason: RetentionRules.Reason
    }

    /// Files that are looked at together.
    private static let together = 500
    /// Before that there was no such server: whose clock said so knew no time.
    private static let earliest: Int64 = 1_577_836_800

    /// Hands over what is due of a user, some files at a time.
    ///
    /// - Parameters:
    ///   - ask: for a page of files.
    ///   - take: returns whether to go on.
    func forEach(
        of totals: UserTotals, _ ask: (FileQuery) throws(CatalogueError) -> FilePage, _ take: ([File]) -> Bool
    ) throws(CatalogueError) {
        var over = rules.most.map { totals.bytes > $0 ? totals.bytes - $0 : 0 } ?? 0
        var query = FileQuery(.user(totals.user))
        (query.order, query.limit) = (.time, Self.together)
        while true {
            let least = over > 0 ? rules.floor : max(rules.floor, rules.age ?? .max)
            let (latest, overflow) = time.subtractingReportingOverflow(least)
            if overflow || latest < Self.earliest { return }
            query.stored = Self.earliest...latest
            let page = try ask(query)
            let due = page.files.compactMap { entry -> File? in
                guard let age = age(of: entry), let reason = rules.reason(age: age, isOver: over > 0) else {
                    return nil
                }
                over -= min(over, entry.size)
                return File(entry: entry, reason: reason)
            }
            if !due.isEmpty, !take(due) { return }
            guard let next = page.next else { return }
            query.after = next
        }
    }

    /// Seconds since a file was stored: by the catalogue, or since something was last done with it in the folder, as when it was had back from
    /// the trash, or copied there.
    ///
    /// - Returns: nil for what isn't there as the catalogue has it: that knows too little then.
    private func age(of entry: FileEntry) -> Int64? {
        guard let status = try? files.status(of: entry.path, user: entry.user), status.size == entry.size,
            status.modified == entry.modified
        else { return nil }
        let latest = max(entry.stored, status.changed.seconds, status.identity.born.seconds)
        let (age, overflow) = time.subtractingReportingOverflow(latest)
        return overflow ? nil : age
    }
}
