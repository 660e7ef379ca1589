import Platform

/// What a user has stored, has under way, and may have.
struct UserSpace {
    /// Bytes that may be stored in all; nil without a quota.
    private(set) var quota: UInt64?
    /// When the password file was asked for it.
    private(set) var quotaAsked: Instant?
    /// What uploads that are under way or parked count.
    var reserved: UInt64 = 0
    /// Bytes that are set aside on the disk for uploads, and haven't come.
    var pending: UInt64 = 0
    /// Bytes that are to come of them, whether set aside or not.
    var wanted: UInt64 = 0
    private(set) var count: Count?
    /// The count that is under way.
    private(set) var counting: Counting?
    /// Why the latest count came to nothing.
    private(set) var failure: (error: SystemError, at: Instant)?

    struct Count {
        /// Bytes that are stored.
        var stored: UInt64
        let ended: Instant
        /// How long counting took.
        let seconds: Double
    }

    struct Counting {
        let begun: Instant
        /// Bytes that were stored since. The count may have seen them or not; they are added to it, since to count too
        /// much refuses for a minute what has room, and too little gives away what hasn't.
        var stored: UInt64 = 0
    }

    // Seconds.
    private static let quotaIsGood = 1.0
    /// A count that would refuse an upload is believed for so long: the admin may have made room.
    private static let leastRecount = 60.0
    /// …and for so many times as long as it took.
    private static let recountFactor = 5.0
    /// Any count, so that what is put into the folder by other ways is noticed some day.
    private static let oldCount = 86_400.0

    /// Bytes that may still be added, as far as is known.
    var left: UInt64 {
        (quota ?? .max).less((count?.stored ?? 0).plus(reserved))
    }

    enum Judgement: Hashable {
        case fits
        /// It fits by a count that is a day old.
        case fitsByOldCount
        /// What is stored has to be counted before it can be told.
        case mustCount
        case exceeded(left: UInt64)
    }

    /// Whether so many bytes may be added.
    func judge(adding bytes: UInt64, now: Instant) -> Judgement {
        if quota == nil { return reserved.addingReportingOverflow(bytes).overflow ? .exceeded(left: 0) : .fits }
        guard let count else { return .mustCount }
        let age = now.seconds(since: count.ended)
        if bytes <= left { return age < Self.oldCount ? .fits : .fitsByOldCount }
        return age < max(Self.leastRecount, Self.recountFactor * count.seconds) ? .exceeded(left: left) : .mustCount
    }

    /// Why counting anew isn't worth a try yet.
    func recentFailure(now: Instant) -> SystemError? {
        guard let failure, now.seconds(since: failure.at) < Self.leastRecount else { return nil }
        return failure.error
    }

    // MARK: Changing

    func mustAskForQuota(now: Instant) -> Bool {
        quotaAsked.map { now.seconds(since: $0) >= Self.quotaIsGood } ?? true
    }

    mutating func take(_ setting: QuotaSetting, now: Instant) {
        quotaAsked = now
        switch setting {
        case .none: quota = nil
        case .bytes(let bytes): quota = bytes
        case .unknown: break
        }
    }

    /// - Returns: whether nobody counts already.
    mutating func beginCounting(now: Instant) -> Bool {
        if counting != nil { return false }
        counting = Counting(begun: now)
        return true
    }

    mutating func endCounting(_ result: Result<UInt64, SystemError>, now: Instant) {
        guard let counting else { return }
        self.counting = nil
        switch result {
        case .success(let bytes):
            let seconds = now.seconds(since: counting.begun)
            count = Count(stored: bytes.plus(counting.stored), ended: now, seconds: seconds)
            failure = nil
        case .failure(let error): failure = (error, now)
        }
    }

    mutating func addStored(_ bytes: UInt64) {
        count?.stored.add(bytes)
        counting?.stored.add(bytes)
    }

    /// A count that is under way may have seen it: to count too much is the safe side.
    mutating func removeStored(_ bytes: UInt64) {
        guard let stored = count?.stored else { return }
        count?.stored = stored.less(bytes)
    }
}
