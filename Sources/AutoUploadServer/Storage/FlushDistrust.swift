import Platform
import Synchronization

/// What flushes that failed may have lost.
///
/// There is one rule, and this is the one place that knows it: **what a failed flush may have lost is never confirmed, now or
/// later, by this process; a later flush that succeeds proves nothing.** Linux tells of a lost write once, and keeps the lost
/// bytes in memory as if they were written.
///
/// - A flush of one file or folder takes with it that file, or all that lies below that folder.
/// - A flush of the whole storage takes what was written before, by whomever, and not flushed yet: content of which a part came
///   before its `Moment` was over; and names, with the folders that they were given in. Names are noted here, in a `Batch`, as
///   others rely on them, too.
/// - A mere lack of room takes only content that waited for its place: names and folders have theirs.
final class FlushDistrust: Sendable {
    enum Item: Hashable {
        /// A file's content, or a folder with all below it.
        case inode(FileIdentity)
        case name(FileName, in: FileIdentity)
    }

    private struct State {
        var lost: Set<Item> = []
        var unflushed = UnflushedNames()
        /// The number of the latest failure of a shared flush that had another reason than a lack of room.
        var gravest: UInt64 = 0
        /// The first error that took something.
        var reason: SystemError?
    }

    private let state = Monitor(State())
    /// So that nobody takes the lock while all is well.
    private let hasLost = Atomic(false)
    /// How many flushes of the whole storage have failed.
    private let failures = Atomic<UInt64>(0)
}

// MARK: - What is trusted

extension FlushDistrust {
    /// Lasts until the next flush of the whole storage fails.
    struct Moment: Equatable {
        fileprivate let failures: UInt64
    }

    /// Ask for it before the first byte is written.
    var moment: Moment { Moment(failures: failures.load(ordering: .acquiring)) }

    /// - Throws: EIO when content of which a part was written in that moment may have been lost; ENOSPC when only for want of room.
    func requireTrust(since moment: Moment) throws(SystemError) {
        if moment == self.moment { return }
        guard let reason = state.withLock({ $0.gravest > moment.failures ? $0.reason : nil }) else {
            throw SystemError("rely on what was written", errno: .noSpace)
        }
        throw Self.distrust(reason)
    }

    /// - Throws: EIO when any of it may have been lost.
    func requireTrust(in items: @autoclosure () -> [Item]) throws(SystemError) {
        guard hasLost.load(ordering: .acquiring) else { return }
        let items = items()
        if let reason = state.withLock({ $0.lost.isDisjoint(with: items) ? nil : $0.reason }) {
            throw Self.distrust(reason)
        }
    }

    private static func distrust(_ reason: SystemError) -> SystemError {
        SystemError("rely on what a flush may have lost (it failed: \(reason)): check the disk", errno: .inputOutput)
    }
}

// MARK: - What is lost

extension FlushDistrust {
    /// A flush of this file or folder has failed.
    ///
    /// - Parameter hasContent: whether it is a file with content that no flush had covered before.
    func lose(_ identity: FileIdentity, hasContent: Bool, _ error: SystemError) {
        if error.isLackOfRoom, !hasContent { return }
        state.withLock { state in lose([.inode(identity)], error, &state) }
    }

    /// Runs a flush of the whole storage, and takes note of what it means.
    ///
    /// - Parameter root: the storage folder. Only names in it are lost, as all that there is lies below it.
    func watch(_ root: Directory, _ flush: () throws(SystemError) -> Void) throws(SystemError) {
        let left = state.withLock { $0.unflushed.left }
        do throws(SystemError) {
            try flush()
        } catch {
            loseUnflushed(error, sparing: try? root.status().identity)
            throw error
        }
        state.withLock { $0.unflushed.left.subtract(left) }
    }

    private func loseUnflushed(_ error: SystemError, sparing root: FileIdentity?) {
        state.withLock { state in
            let number = failures.add(1, ordering: .acquiringAndReleasing).newValue
            if error.isLackOfRoom { return }
            state.gravest = number
            let names = state.unflushed.takeAll()
            let folders = Set(names.map(\.folder)).subtracting(root.map { [$0] } ?? [])
            lose(names.map { .name($0.name, in: $0.folder) } + folders.map { .inode($0) }, error, &state)
        }
    }

    private func lose(_ items: [Item], _ error: SystemError, _ state: inout State) {
        state.lost.formUnion(items)
        state.reason = state.reason ?? error
        hasLost.store(true, ordering: .releasing)
    }
}

// MARK: - What may be lost

extension FlushDistrust {
    /// Begins a batch of publications; its end is that of the value.
    func begin() -> Batch {
        // The moment comes first: a failure between the two costs an upload, the other way round a recording.
        let moment = moment
        return Batch(self, state.withLock { $0.unflushed.begin() }, moment)
    }

    /// Names that are given together, and flushed together after.
    final class Batch: Sendable {
        /// Before the first of the names was given.
        let moment: Moment
        private let distrust: FlushDistrust
        private let number: UInt64

        fileprivate init(_ distrust: FlushDistrust, _ number: UInt64, _ moment: Moment) {
            (self.distrust, self.number, self.moment) = (distrust, number, moment)
        }

        deinit {
            distrust.state.withLock { $0.unflushed.end(number) }
        }

        /// Call before the name is given.
        func note(_ name: FileName, in folder: FileIdentity) {
            distrust.state.withLock { $0.unflushed.note(.init(folder: folder, name: name), in: number) }
        }

        /// A flush has succeeded that began after all names of this batch, or all in a folder, were given.
        func flushed(in folder: FileIdentity? = nil) {
            distrust.state.withLock { $0.unflushed.flushed(number, in: folder) }
        }
    }
}
