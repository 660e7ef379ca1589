import Platform

/// What is stored, promised and allowed, as numbers: no disk, no clock, no threads. No sum in it can overflow: what doesn't
/// fit into 64 bits doesn't fit on the disk either.
struct SpaceLedger {
    private struct Entry {
        let user: FileName
        /// Bytes that count against the quota.
        var size: UInt64
        /// Bytes of these that the file takes on the disk already.
        var onDisk: UInt64

        /// Bytes that the file will still take, in whole blocks.
        var pending: UInt64 { wholeBlocks(size - min(onDisk, size)) }
    }

    private var entries: [UInt64: Entry] = [:]
    private var lastNumber: UInt64 = 0
    /// Bytes that are promised to uploads, and that the disk still counts as free.
    private(set) var promised: UInt64 = 0
    private var users: [FileName: UserSpace] = [:]

    /// The user's part of it; what isn't known of one is as if nothing was stored.
    subscript(_ user: FileName) -> UserSpace {
        get { users[user] ?? UserSpace() }
        set { users[user] = newValue }
    }

    /// Whether so many bytes more can be promised.
    ///
    /// - Parameter room: of the file system, nil where it doesn't tell.
    func hasRoom(for bytes: UInt64, in room: FileSystemRoom?, keepingFree floor: UInt64) -> Bool {
        let (sum, overflows) = promised.addingReportingOverflow(wholeBlocks(bytes))
        guard let room else { return !overflows }
        return !overflows && floor <= room.available && sum <= room.available - floor
    }

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
    /// - Returns: the reservation's number.
    mutating func open(_ user: FileName, size: UInt64, onDisk: UInt64) -> UInt64 {
        lastNumber += 1
        change(lastNumber, to: Entry(user: user, size: size, onDisk: onDisk))
        return lastNumber
    }

    /// The upload is of another size now: it goes on, or only a part of it is kept.
    mutating func resize(_ number: UInt64, to size: UInt64) {
        guard var entry = entries[number] else { return }
        (entry.size, entry.onDisk) = (size, min(entry.onDisk, size))
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
        self[entry.user].addStored(entry.size)
        change(number, to: nil)
    }

    private mutating func change(_ number: UInt64, to new: Entry?) {
        let old = entries[number]
        guard let user = (new ?? old)?.user else { return }
        promised = promised.less(old?.pending ?? 0).plus(new?.pending ?? 0)
        self[user].reserved = self[user].reserved.less(old?.size ?? 0).plus(new?.size ?? 0)
        entries[number] = new
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
