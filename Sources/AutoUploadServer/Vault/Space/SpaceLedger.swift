import Platform

/// What is stored, promised and allowed, as numbers: no disk, no clock, no threads. No sum in it can overflow: what doesn't
/// fit into 64 bits doesn't fit on the disk either.
struct SpaceLedger {
    private struct Entry {
        let user: FileName
        var size: UInt64
        /// Folders of its path that aren't there yet.
        var folders: UInt64
        /// Bytes of the size that the file takes on the disk already.
        var onDisk: UInt64
        /// Bytes of the size that nobody else can have.
        var aside: UInt64

        /// Bytes of these that the file will still take, in whole blocks.
        var pending: UInt64 { wholeBlocks(aside.less(onDisk)) }
        /// The same of all its bytes.
        var wanted: UInt64 { wholeBlocks(size.less(onDisk)) }
    }

    private let charge: QuotaCharge
    private var entries: [UInt64: Entry] = [:]
    private var lastNumber: UInt64 = 0
    /// Bytes that are promised to uploads, and that the disk still counts as free.
    private(set) var promised: UInt64 = 0
    private var users: [FileName: UserSpace] = [:]

    init(_ charge: QuotaCharge = .ofDisk) {
        self.charge = charge
    }

    /// The user's part of it; what isn't known of one is as if nothing was stored.
    subscript(_ user: FileName) -> UserSpace {
        get { users[user] ?? UserSpace() }
        set { users[user] = newValue }
    }

    /// Whether so many bytes more can be promised.
    ///
    /// - Parameters:
    ///   - user: whose earlier uploads are all to fit beside it, also what isn't set aside for them yet; nil: only what is set aside
    ///     counts.
    ///   - room: of the file system, nil where it doesn't tell.
    func hasRoom(
        for bytes: UInt64, besideThoseOf user: FileName? = nil, in room: FileSystemRoom?, keepingFree floor: UInt64
    ) -> Bool {
        let ahead = user.map { promised.plus(self[$0].wanted.less(self[$0].pending)) } ?? promised
        let (sum, overflows) = ahead.addingReportingOverflow(wholeBlocks(bytes))
        guard let room else { return !overflows }
        return !overflows && floor <= room.available && sum <= room.available - floor
    }

    /// Bytes that may be set aside for another upload of a user before one of them has come: all together, half of what there
    /// would be without them. Whoever only offers holds no more against others.
    func share(of user: FileName, in room: FileSystemRoom?, keepingFree floor: UInt64) -> UInt64 {
        guard let room else { return .max }
        let own = self[user].pending
        return (room.available.less(floor).less(promised).plus(own) / 2).less(own)
    }

    /// Bytes that are missing until a further upload of a user has room, in the quota or on the disk.
    func lack(
        for size: UInt64, of user: FileName, in room: FileSystemRoom?, keepingFree floor: UInt64
    ) -> UInt64 {
        let ofQuota = charge.ofFile(size).less(self[user].left)
        guard let room else { return ofQuota }
        let ahead = promised.plus(self[user].wanted.less(self[user].pending)).plus(floor)
        return max(ofQuota, wholeBlocks(size).less(room.available.less(ahead)))
    }

    func aside(of number: UInt64) -> UInt64? { entries[number]?.aside }
    func size(of number: UInt64) -> UInt64? { entries[number]?.size }
    func user(of number: UInt64) -> FileName? { entries[number]?.user }
}

/// A file system gives out blocks.
private func wholeBlocks(_ bytes: UInt64) -> UInt64 {
    let (sum, overflows) = bytes.addingReportingOverflow(4095)
    return overflows ? .max : sum & ~4095
}

// MARK: - Reservations

extension SpaceLedger {
    /// - Parameters:
    ///   - folders: of its path, that it will make.
    ///   - aside: bytes of its size that nobody else can have; nil: all.
    /// - Returns: the reservation's number.
    mutating func open(
        _ user: FileName, size: UInt64, folders: UInt64 = 0, onDisk: UInt64, aside: UInt64? = nil
    ) -> UInt64 {
        lastNumber += 1
        let aside = min(size, max(onDisk, aside ?? size))
        change(lastNumber, to: Entry(user: user, size: size, folders: folders, onDisk: onDisk, aside: aside))
        return lastNumber
    }

    /// The upload is of another size now: it goes on, or only a part of it is kept.
    mutating func resize(_ number: UInt64, to size: UInt64, aside: UInt64? = nil) {
        guard var entry = entries[number] else { return }
        (entry.size, entry.onDisk) = (size, min(entry.onDisk, size))
        entry.aside = min(size, max(entry.onDisk, aside ?? size))
        change(number, to: entry)
    }

    /// More of it is set aside.
    mutating func setAside(_ number: UInt64, _ bytes: UInt64) {
        guard var entry = entries[number] else { return }
        entry.aside = max(entry.aside, min(bytes, entry.size))
        change(number, to: entry)
    }

    /// The file takes this much of the disk.
    mutating func occupy(_ number: UInt64, _ bytes: UInt64) {
        guard var entry = entries[number] else { return }
        entry.onDisk = max(entry.onDisk, min(bytes, entry.size))
        change(number, to: entry)
    }

    /// The upload is gone, and its file with it.
    mutating func release(_ number: UInt64) {
        change(number, to: nil)
    }

    /// The upload is stored.
    mutating func settle(_ number: UInt64) {
        guard let entry = entries[number] else { return }
        self[entry.user].addStored(charge.ofFile(entry.size))
        change(number, to: nil)
    }

    private mutating func change(_ number: UInt64, to new: Entry?) {
        let old = entries[number]
        guard let user = (new ?? old)?.user else { return }
        promised = promised.less(old?.pending ?? 0).plus(new?.pending ?? 0)
        var space = self[user]
        space.pending = space.pending.less(old?.pending ?? 0).plus(new?.pending ?? 0)
        space.wanted = space.wanted.less(old?.wanted ?? 0).plus(new?.wanted ?? 0)
        space.reserved = space.reserved.less(counted(old)).plus(counted(new))
        self[user] = space
        entries[number] = new
    }

    /// Bytes that it counts against the quota.
    private func counted(_ entry: Entry?) -> UInt64 {
        entry.map { charge.ofFile($0.size).plus(charge.ofFolders($0.folders)) } ?? 0
    }
}

extension UInt64 {
    /// The sum, or the largest number.
    func plus(_ other: UInt64) -> UInt64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }

    mutating func add(_ other: UInt64) {
        self = plus(other)
    }

    /// The difference, or 0.
    func less(_ other: UInt64) -> UInt64 {
        self > other ? self - other : 0
    }
}
