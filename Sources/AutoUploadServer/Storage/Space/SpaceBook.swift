import Domain
import Platform

/// Says which uploads there is room for, before their first byte is taken, and keeps account of what it has promised.
///
/// An upload counts with its whole size against its user's quota and other uploads when it is offered, so that two of a user never
/// count on the same bytes. On the disk, uploads of which nothing has come hold at most half of the free room against other users'.
/// With its first byte an upload gets all that it will need, or nothing: what has begun can be finished, and what can't be is stopped
/// before it holds anything. Users' folders are counted by threads of their own: a large one keeps no other user waiting, and its
/// own user for some seconds only.
final class SpaceBook: Sendable {
    private let root: Directory
    private let staging: Directory
    private let policy: SpacePolicy
    private let quotas: @Sendable (FileName) -> QuotaSetting
    private let count: @Sendable (FileName) throws(SystemError) -> UInt64
    private let now: @Sendable () -> Instant
    private let patience: Double
    private let ledger: Monitor<SpaceLedger>

    /// - Parameters:
    ///   - root: the storage folder.
    ///   - staging: where a file may be made for a moment.
    ///   - quotas: tells a user's quota; asked about once a second while the user uploads.
    ///   - count: tells how many bytes a user has stored.
    ///   - patience: seconds, from its beginning, that offers and logins wait for a count.
    init(
        root: Directory, staging: Directory, policy: SpacePolicy = SpacePolicy(),
        quotas: @escaping @Sendable (FileName) -> QuotaSetting = { _ in .none },
        count: (@Sendable (FileName) throws(SystemError) -> UInt64)? = nil,
        patience: Double = 5, now: @escaping @Sendable () -> Instant = { .now }
    ) throws(SystemError) {
        self.root = root
        self.staging = staging
        self.quotas = quotas
        ledger = Monitor(SpaceLedger(policy.charge))
        let usage = UsageCount(root: root, charge: policy.charge)
        let countFolder: @Sendable (FileName) throws(SystemError) -> UInt64 = { user throws(SystemError) in
            try usage.bytes(of: user)
        }
        if let count { self.count = count } else { self.count = countFolder }
        self.patience = patience
        self.now = now
        var policy = policy
        if let most = try root.descriptor.fileSystemKind().largestFile {
            policy.largestFile = min(policy.largestFile ?? most, most)
        }
        self.policy = policy
    }

    func change(_ body: (inout SpaceLedger) -> Void) {
        ledger.withLock(body)
    }

    /// Bytes of the largest file that is taken, where there is a bound.
    var largestFile: UInt64? { policy.largestFile }

    /// Bytes of the file system that stay free.
    func keptFree(of room: FileSystemRoom) -> UInt64 { policy.floor(of: room) }

    /// Bytes that are promised and not yet on the disk.
    var promised: UInt64 { ledger.withLock { $0.promised } }

    /// Bytes that are promised to no upload, and needn't stay free; nil where the file system doesn't tell.
    var spare: UInt64? {
        guard let room = (try? root.descriptor.fileSystemRoom()) ?? nil else { return nil }
        return room.available.less(policy.floor(of: room)).less(promised)
    }
}

// MARK: - Reserving

extension SpaceBook {
    /// Sets aside room for an upload.
    ///
    /// - Parameters:
    ///   - path: whose folders are counted, as far as they are to be made.
    ///   - size: bytes, 0 … 2^63 − 1.
    /// - Throws: `VaultError.overLimit`, `.tooLarge`, `.quotaExceeded`, `.full`, or `.counting` while it can't be told.
    func reserve(user: FileName, path: RemotePath? = nil, size: UInt64) throws(VaultError) -> Reservation {
        if let largest = policy.largestFile, size > largest { throw .overLimit(bytes: largest) }
        refreshQuota(of: user)
        let folders = path.map { missingFolders(of: $0, user) } ?? 0
        let counted = charge(size, folders)
        return Reservation(
            self,
            try take(user, bytes: size, counted: counted) { ledger, share in
                ledger.open(user, size: size, folders: folders, onDisk: 0, aside: share)
            })
    }

    private func charge(_ size: UInt64, _ folders: UInt64) -> UInt64 {
        policy.charge.ofFile(size).plus(policy.charge.ofFolders(folders))
    }

    /// Folders of a path that aren't there; without a quota nobody needs to know.
    private func missingFolders(of path: RemotePath, _ user: FileName) -> UInt64 {
        guard ledger.withLock({ $0[user].quota }) != nil else { return 0 }
        let names = path.components.dropLast().compactMap { FileName($0) }
        guard var chain = try? FolderChain(root: root), (try? chain.descend(to: user)) != nil else {
            return UInt64(names.count)
        }
        let found = names.prefix { (try? chain.descend(to: $0)) != nil }
        return UInt64(names.count - found.count)
    }

    /// A folder was made for a user.
    func noteFolder(of user: FileName) {
        ledger.withLock { $0[user].addStored(policy.charge.ofFolders(1)) }
    }

    /// A user's file was deleted: what is in the trash counts for nobody.
    ///
    /// - Parameter size: bytes.
    func noteRemoved(of user: FileName, _ size: UInt64) {
        ledger.withLock { $0[user].removeStored(policy.charge.ofFile(size)) }
    }

    /// A file was taken out of the user's trash. It is never refused.
    ///
    /// - Parameter size: bytes.
    func noteStored(of user: FileName, _ size: UInt64) {
        ledger.withLock { $0[user].addStored(policy.charge.ofFile(size)) }
    }

    /// Counts what is there already: a part of an upload that was begun earlier. It is never refused.
    func hold(user: FileName, bytes: UInt64) -> Reservation {
        Reservation(self, ledger.withLock { $0.open(user, size: bytes, onDisk: bytes, isBegun: true) })
    }

    func grow(reservation number: UInt64, to size: UInt64) throws(VaultError) {
        let (user, old) = ledger.withLock { ($0.user(of: number), $0.size(of: number)) }
        guard let user, let old, size > old else { return }
        if let largest = policy.largestFile, size > largest { throw .overLimit(bytes: largest) }
        refreshQuota(of: user)
        let counted = policy.charge.ofFile(size).less(policy.charge.ofFile(old))
        try take(user, bytes: size - old, counted: counted) { ledger, _ in ledger.resize(number, to: size) }
    }

    func aside(reservation number: UInt64) -> UInt64 {
        ledger.withLock { $0.aside(of: number) ?? 0 }
    }

    func begin(reservation number: UInt64) throws(VaultError) {
        try ledger.withLock { ledger throws(VaultError) in
            guard let size = ledger.size(of: number), let aside = ledger.aside(of: number) else { return }
            if aside < size {
                let room = try FolderTree.wrap { () throws(SystemError) in try root.descriptor.fileSystemRoom() }
                guard ledger.hasRoom(for: size - aside, in: room, keepingFree: room.map(policy.floor) ?? 0) else {
                    throw .full(SystemError("set aside all of the space", errno: .noSpace))
                }
            }
            ledger.begin(number)
        }
    }

    func needed(_ numbers: [UInt64], for file: OfferedFile, own: UInt64?) -> Int? {
        let folders = own == nil ? missingFolders(of: file.path, file.user) : 0
        let room = (try? root.descriptor.fileSystemRoom()) ?? nil
        return ledger.withLock { ledger in
            let old = own.flatMap { ledger.size(of: $0) }
            let size = file.size ?? 0
            let counted = charge(size, folders).less(old.map(policy.charge.ofFile) ?? 0)
            return ledger.needed(
                numbers, for: size.less(old ?? 0), counted: counted, of: file.user, in: room,
                keepingFree: room.map(policy.floor) ?? 0)
        }
    }

    private enum Attempt<R> {
        /// - `mustCount`: whether the caller has to, now that it is written down that somebody does.
        case taken(R, mustCount: Bool)
        case refused(VaultError)
        case counting(mustCount: Bool)
    }

    /// Asks quota and disk, and writes down what was taken in the same instant.
    private func take<R>(
        _ user: FileName, bytes: UInt64, counted: UInt64, _ write: (inout SpaceLedger, _ share: UInt64) -> R
    ) throws(VaultError) -> R {
        while true {
            switch attempt(user, bytes, counted, write) {
            case .taken(let taken, let mustCount):
                if mustCount { startCount(of: user) }
                return taken
            case .refused(let error): throw error
            case .counting(let mustCount):
                if mustCount { startCount(of: user) }
                try awaitCount(of: user)
            }
        }
    }

    private func attempt<R>(
        _ user: FileName, _ bytes: UInt64, _ counted: UInt64, _ write: (inout SpaceLedger, _ share: UInt64) -> R
    ) -> Attempt<R> {
        let now = now()
        return ledger.withLock { ledger in
            let judgement = ledger[user].judge(adding: counted, now: now)
            switch judgement {
            case .mustCount:
                if let error = ledger[user].recentFailure(now: now) { return .refused(VaultError(error)) }
                return .counting(mustCount: ledger[user].beginCounting(now: now))
            case .exceeded(let left): return .refused(.quotaExceeded(left: left))
            case .fits, .fitsByOldCount: break
            }
            do throws(SystemError) {
                // Asked under the lock: what another upload allocates in between would count neither here nor there.
                let room = try root.descriptor.fileSystemRoom()
                let floor = room.map(policy.floor) ?? 0
                guard ledger.hasRoom(for: bytes, besideThoseOf: user, in: room, keepingFree: floor) else {
                    return .refused(noRoom(for: bytes, in: room))
                }
                let taken = write(&ledger, ledger.share(in: room, keepingFree: floor))
                let isOld = judgement == .fitsByOldCount
                return .taken(taken, mustCount: isOld && ledger[user].beginCounting(now: now))
            } catch {
                return .refused(VaultError(error))
            }
        }
    }

    /// More than the whole file system holds may be more than a file can ever be; then it is of no use to come back.
    private func noRoom(for bytes: UInt64, in room: FileSystemRoom?) -> VaultError {
        let full = SystemError("reserve space", errno: .noSpace)
        guard let room, bytes > room.total, let name = FileName("trial-of-size") else { return .full(full) }
        do throws(SystemError) {
            defer { try? staging.remove(name) }
            // Takes no space, and says EFBIG.
            try staging.open(name, .creating(permissions: 0o600)).truncate(to: bytes)
            return .full(full)
        } catch {
            return error.errno == .fileTooLarge ? .tooLarge(error) : .full(full)
        }
    }
}

// MARK: - Quotas

extension SpaceBook {
    /// Bytes that the user may still store, by the password file as it is now; nil without a quota. What isn't counted in
    /// time is taken as nothing.
    func remaining(of user: FileName) -> UInt64? {
        askForQuota(of: user)
        let now = now()
        let (space, mustCount) = ledger.withLock { ledger in
            let space = ledger[user]
            let isWanted = space.quota != nil && space.count == nil && space.recentFailure(now: now) == nil
            return (space, isWanted && ledger[user].beginCounting(now: now))
        }
        if space.quota == nil { return nil }
        if mustCount { startCount(of: user) }
        if space.count == nil { try? awaitCount(of: user) }
        return ledger.withLock { $0[user].left }
    }

    private func refreshQuota(of user: FileName) {
        let now = now()
        if ledger.withLock({ $0[user].mustAskForQuota(now: now) }) { askForQuota(of: user) }
    }

    private func askForQuota(of user: FileName) {
        let now = now()
        let setting = quotas(user)
        ledger.withLock { $0[user].take(setting, now: now) }
    }

    /// Waits for the count that is under way, if one is.
    ///
    /// - Throws: when it takes too long, which it then does for everybody who comes until it has ended.
    private func awaitCount(of user: FileName) throws(VaultError) {
        guard let begun = ledger.withLock({ $0[user].counting?.begun }) else { return }
        let deadline = Deadline(at: begun.advanced(bySeconds: patience))
        let ended: Bool? = ledger.wait(before: deadline) { $0[user].counting == nil ? true : nil }
        if ended == nil { throw .counting }
    }

    /// Counts what `beginCounting` has announced, in the same instant in which it was found to be needed: a count that ended in
    /// between would be repeated.
    private func startCount(of user: FileName) {
        do throws(SystemError) {
            try Thread.detach {
                let result = Result { () throws(SystemError) in try self.count(user) }
                self.ledger.change { $0[user].endCounting(result, now: self.now()) }
            }
        } catch {
            ledger.change { $0[user].endCounting(.failure(error), now: now()) }
        }
    }
}
