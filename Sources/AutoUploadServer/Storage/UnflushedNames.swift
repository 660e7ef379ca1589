import Platform

/// Names that were given, to folders and to files, and that no flush has covered yet.
struct UnflushedNames {
    struct Name: Hashable {
        let folder: FileIdentity
        let name: FileName
    }

    /// By batch: given, or about to be.
    private var ongoing: [UInt64: Set<Name>] = [:]
    /// Of batches that ended without their flush.
    var left: Set<Name> = []
    private var nextBatch: UInt64 = 0
    /// A bound to memory: who has so many publications fail has other worries.
    private static let capacity = 100_000

    /// - Returns: the number of a new batch.
    mutating func begin() -> UInt64 {
        nextBatch &+= 1
        return nextBatch
    }

    mutating func note(_ name: Name, in batch: UInt64) {
        ongoing[batch, default: []].insert(name)
    }

    /// - Parameter folder: which one's names were flushed; nil: all.
    mutating func flushed(_ batch: UInt64, in folder: FileIdentity?) {
        guard let folder else { return ongoing[batch] = nil }
        ongoing[batch] = ongoing[batch]?.filter { $0.folder != folder }
    }

    mutating func end(_ batch: UInt64) {
        guard let rest = ongoing.removeValue(forKey: batch) else { return }
        if left.count < Self.capacity { left.formUnion(rest) }
    }

    /// Hands out all of them. Those of batches that go on stay besides, as they may be given only now.
    mutating func takeAll() -> Set<Name> {
        defer { left = [] }
        return ongoing.values.reduce(left) { $0.union($1) }
    }
}
