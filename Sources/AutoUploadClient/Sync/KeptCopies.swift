import Platform

/// How much of what was confirmed stays here for now, though it is to be wiped in the end.
enum KeptCopies: Hashable, Sendable {
    /// For so many days since the server confirmed it.
    case days(Int)
    /// The newest files, up to so many bytes.
    case bytes(UInt64)

    /// - Parameter text: a number of days; with K, M, G or T behind it, of bytes.
    init?(_ text: String) {
        if let days = Int(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard (1...36_500).contains(days) else { return nil }
            self = .days(days)
        } else {
            guard let bytes = byteCount(text.utf8), bytes > 0 else { return nil }
            self = .bytes(bytes)
        }
    }

    /// Clocks of devices that were set back for a while are behind by less.
    private static let clockTolerance: Int64 = 30 * 86_400

    /// Whether a confirmation is so new that its file stays. One of a time that is far from having come counts as old: else its
    /// file would stay until then.
    static func isNew(_ confirmedAt: Int64, days: Int, now: Int64) -> Bool {
        let (age, overflows) = now.subtractingReportingOverflow(confirmedAt)
        return !overflows && age > -clockTolerance && age <= Int64(days) * 86_400
    }

    /// - Parameter sizes: of files, the newest first.
    /// - Returns: how many of them fit.
    static func count(of sizes: some Sequence<UInt64>, within bytes: UInt64) -> Int {
        var (count, room) = (0, bytes)
        for size in sizes {
            guard size <= room else { break }
            room -= size
            count += 1
        }
        return count
    }
}

extension Pass {
    /// Tells of confirmed files whether they stay for now.
    func copiesThatStay(among files: [FoundFile]) -> (FoundFile) -> Bool {
        guard setup.planner.deletes, let kept = setup.planner.keptCopies else { return { _ in false } }
        switch kept {
        case .days(let days):
            let now = setup.target.time.now
            return { file in
                memory.confirmed.confirmedAt(file).map { KeptCopies.isNew($0, days: days, now: now) } ?? false
            }
        case .bytes(let bytes):
            let newestFirst = files.reversed().filter { setup.planner.isConfirmed($0, recognition) }
            let count = KeptCopies.count(of: newestFirst.lazy.map(\.fingerprint.size), within: bytes)
            let paths = Set(newestFirst.prefix(count).map(\.path))
            return { paths.contains($0.path) }
        }
    }
}
