package import Platform

/// How much each address has sent of late: a bucket for each, which leaks.
package struct SenderBuckets {
    private struct Bucket {
        var level: Double
        var seen: Instant
    }

    private var buckets: [AddressGroup: Bucket] = [:]
    /// Uploads that a bucket holds, and that leak from it in an hour.
    private let perHour: Double
    private let capacity: Int

    /// - Parameter capacity: addresses that are known at a time. Of more, those that have sent least are forgotten.
    package init(perHour: Int, capacity: Int = 10_000) {
        (self.perHour, self.capacity) = (Double(perHour), capacity)
    }

    /// Uploads in the bucket.
    package func level(of group: AddressGroup, now: Instant) -> Double {
        buckets[group.site].map { level(of: $0, now) } ?? 0
    }

    private func level(of bucket: Bucket, _ now: Instant) -> Double {
        max(0, bucket.level - now.seconds(since: bucket.seen) * perHour / 3600)
    }

    /// Counts an upload, if there is room for it.
    ///
    /// - Returns: nil when there was; else the seconds after which there is.
    package mutating func add(_ group: AddressGroup, now: Instant) -> UInt32? {
        let level = level(of: group, now: now)
        guard level + 1 <= perHour else { return UInt32(((level + 1 - perHour) * 3600 / perHour).rounded(.up)) }
        if buckets.count >= capacity, buckets[group.site] == nil { forgetSome(now) }
        buckets[group.site] = Bucket(level: level + 1, seen: now)
        return nil
    }

    private mutating func forgetSome(_ now: Instant) {
        let fullest = buckets.sorted { level(of: $0.value, now) > level(of: $1.value, now) }
        buckets = Dictionary(uniqueKeysWithValues: fullest.prefix(capacity / 2).map { ($0.key, $0.value) })
    }
}
