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
        /// Its first byte has come.
        var isBegun: Bool

        /// Bytes of these that the file will still take, in whole blocks.
        var pending: UInt64 { wholeBlocks(aside.less(onDisk)) }
        /// The same of all its bytes.
        var wanted: UInt64 { wholeBlocks(size.less(onDisk)) }
        /// Bytes that it holds by being offered alone, allocated ones included.
        var unsent: UInt64 { isBegun ? 0 : wholeBlocks(aside) }
    }

    private let charge: QuotaCharge
    private var entries: [UInt64: Entry] = [:]
    private var lastNumber: UInt64 = 0
    /// Bytes that are promised to uploads, and that the disk still counts as free.
    private(set) var promised: UInt64 = 0
    /// Bytes that are held by uploads of which nothing has come: promised, or allocated already.
    private(set) var unsent: UInt64 = 0
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

    /// Bytes that may be set aside for another upload before one of them has come. Such uploads hold half of what there would be
    /// without them, all together: whoever only offers keeps nobody out.
    func share(in room: FileSystemRoom?, keepingFree floor: UInt64) -> UInt64 {
        guard let room else { return .max }
        return (room.available.less(floor).plus(unsent).less(promised) / 2).less(unsent)
    }

    /// How many of the reservations, the first ones first, must go with their files, so that an upload of a user has room in
    /// the quota and on the disk.
    ///
    /// - Parameters:
    ///   - bytes: that the upload takes of the disk.
    ///   - counted: that it counts against the quota.
    /// - Returns: nil when there would be none though all of them went.
    func needed(
        _ numbers: [UInt64], for bytes: UInt64, counted: UInt64, of user: FileName, in room: FileSystemRoom?,
        keepingFree floor: UInt64
    ) -> Int? {
        var (quota, freed): (UInt64, UInt64) = (0, 0)
        for (index, number) in numbers.enumerated() {
            quota = quota.plus(self.counted(entries[number]))
            freed = freed.plus(entries[number].map { wholeBlocks($0.onDisk) } ?? 0)
            let after = room.map { FileSystemRoom(total: $0.total, available: $0.available.plus(freed)) }
            if counted <= self[user].left.plus(quota),
                hasRoom(for: bytes, besideThoseOf: user, in: after, keepingFree: floor)
            {
                return index + 1
            }
        }
        return nil
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
        _ user: FileName, size: UInt64, folders: UInt64 = 0, onDisk: UInt64, aside: UInt64? = nil, isBegun: Bool = false
    ) -> UInt64 {
        lastNumber += 1
        let aside = min(size, max(onDisk, aside ?? size))
        change(
            lastNumber,
            to: Entry(user: user, size: size, folders: folders, onDisk: onDisk, aside: aside, isBegun: isBegun))
        return lastNumber
    }

    /// The upload is of another size now: it goes on, or only a part of it is kept. All of that is set aside.
    mutating func resize(_ number: UInt64, to size: UInt64) {
        guard var entry = entries[number] else { return }
        (entry.size, entry.onDisk, entry.aside) = (size, min(entry.onDisk, size), size)
        change(number, to: entry)
    }

    /// Its first byte has come: all of it is set aside.
    mutating func begin(_ number: UInt64) {
        guard var entry = entries[number] else { return }
        (entry.isBegun, entry.aside) = (true, entry.size)
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
        unsent = unsent.less(old?.unsent ?? 0).plus(new?.unsent ?? 0)
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
