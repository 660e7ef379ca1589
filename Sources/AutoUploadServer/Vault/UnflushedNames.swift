import Platform

/// Names that were given, to folders and to files, and that no flush has covered yet.
///
/// A flush of the whole storage that fails may have lost any of them, whichever connection gave it, and Linux tells of that
/// once: from then on such a name isn't trusted, also where others publish below it and their own flushes succeed.
final class UnflushedNames: Sendable {
    private struct Name: Hashable {
        let folder: FileIdentity
        let name: FileName
    }

    private struct State {
        /// By batch: given, or about to be.
        var ongoing: [UInt64: Set<Name>] = [:]
        /// Of batches that ended without their flush.
        var left: Set<Name> = []
        var lost: Set<Name> = []
        var nextBatch: UInt64 = 0

        mutating func loseAll() {
            lost.formUnion(left)
            for names in ongoing.values { lost.formUnion(names) }
            left = []
        }
    }

    private let state = Monitor(State())
    /// A bound to memory: who has so many publications fail has other worries.
    private static let capacity = 100_000

    /// Begins a batch of publications; its end is that of the value.
    func begin() -> Batch {
        let number = state.withLock { state in
            state.nextBatch &+= 1
            return state.nextBatch
        }
        return Batch(self, number)
    }

    /// Names that are given together, and flushed together after.
    final class Batch: Sendable {
        private let names: UnflushedNames
        private let number: UInt64

        fileprivate init(_ names: UnflushedNames, _ number: UInt64) {
            (self.names, self.number) = (names, number)
        }

        deinit {
            names.state.withLock { state in
                guard let rest = state.ongoing.removeValue(forKey: number) else { return }
                if state.left.count < UnflushedNames.capacity { state.left.formUnion(rest) }
            }
        }

        /// Call before the name is given.
        func note(_ name: FileName, in folder: FileIdentity) {
            let name = Name(folder: folder, name: name)
            names.state.withLock { _ = $0.ongoing[number, default: []].insert(name) }
        }

        /// A flush has succeeded that began after all names of this batch, or all in a folder, were given.
        func flushed(in folder: FileIdentity? = nil) {
            names.state.withLock { state in
                state.ongoing[number] = folder.map { folder in
                    state.ongoing[number, default: []].filter { $0.folder != folder }
                }
            }
        }
    }

    /// Calls that are told of when they flush the whole storage: a failure that isn't mere lack of room takes with it the
    /// trust in every name that it may have met, before anybody learns of it.
    func watching(_ calls: FlushCalls) -> FlushCalls {
        var watched = calls
        watched.storage = { [self] root throws(SystemError) in
            let left = state.withLock { $0.left }
            do throws(SystemError) {
                try calls.storage(root)
            } catch {
                if !error.isLackOfRoom { state.withLock { $0.loseAll() } }
                throw error
            }
            state.withLock { $0.left.subtract(left) }
        }
        return watched
    }

    /// - Parameter chain: from the storage folder down to the one that holds the name.
    /// - Throws: EIO when one of the names on the way may have been lost.
    func requireTrust(in name: FileName, below chain: FolderChain) throws(SystemError) {
        if state.withLock({ $0.lost.isEmpty }) { return }
        var names = [Name(folder: chain.last.identity, name: name)]
        for (index, link) in chain.links.enumerated() {
            names.append(Name(folder: chain.folder(above: index).identity, name: link.name))
        }
        guard state.withLock({ !$0.lost.isDisjoint(with: names) }) else { return }
        throw SystemError("trust a name that an earlier flush may have lost: check the disk", errno: .inputOutput)
    }
}
