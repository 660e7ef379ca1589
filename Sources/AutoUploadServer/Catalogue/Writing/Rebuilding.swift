import Domain
import Platform
import Storage

/// A part of what the folder holds, or that all of it has been seen.
enum Findings: Sendable {
    case files([FoundFile])
    /// Nil: without a fault.
    case end(SystemError?)
}

/// Compares the index with the folder: what was seen so far.
struct Rebuilding {
    /// Of the row that was the last when it began: later ones are known to be of files that are there.
    let lastOld: Int64
    let begun = Instant.now
    var seen = NumberSet()
    var files = 0
    /// What was removed meanwhile, and may have been seen before that.
    private(set) var removed: Set<RemovedFile> = []
    /// All has been seen: rows from this number on are yet to be judged.
    var sweepsFrom: Int64?

    struct RemovedFile: Hashable {
        let user: FileName
        let path: [UInt8]
    }

    /// A bound to memory: beyond it a file that is gone may stay in the index until the next rebuilding.
    private static let mostRemoved = 100_000

    init(lastOld: Int64) {
        self.lastOld = lastOld
    }

    mutating func noteRemoved(_ path: RemotePath, _ user: FileName) {
        if removed.count < Self.mostRemoved { removed.insert(RemovedFile(user: user, path: path.bytes)) }
    }

    func isRemoved(_ file: FoundFile) -> Bool {
        if removed.isEmpty { return false }
        let path = file.folder.isEmpty ? file.name.bytes : file.folder + [UInt8(ascii: "/")] + file.name.bytes
        return removed.contains(RemovedFile(user: file.user, path: path))
    }
}

/// Numbers of rows, a bit for each: of a million, an eighth of a megabyte.
struct NumberSet {
    private var words: [UInt64] = []

    /// More belong to no index that this program makes.
    private static let most: Int64 = 1 << 32

    mutating func insert(_ number: Int64) {
        guard (0..<Self.most).contains(number) else { return }
        let index = Int(number >> 6)
        if index >= words.count { words += [UInt64](repeating: 0, count: index + 1 - words.count) }
        words[index] |= 1 << UInt64(number & 63)
    }

    func contains(_ number: Int64) -> Bool {
        guard number >= 0, number >> 6 < words.count else { return false }
        return words[Int(number >> 6)] & (1 << UInt64(number & 63)) != 0
    }
}

// MARK: - Looking through the folder

extension Catalogue {
    /// Files that are handed over at a time.
    private static let batch = 500
    /// What waits at most.
    private static let mostFindings = 2

    /// Looks through the folder, on a thread of its own, and hands what it finds to the one that writes.
    func lookThrough(_ place: CataloguePlace, epoch: Int) {
        do throws(SystemError) {
            var batch: [FoundFile] = []
            for user in try place.files.users() {
                try place.files.forEach(of: user) { item throws(SystemError) in
                    guard item.status.kind == .regular else { return }
                    batch.append(FoundFile(user, item.folder, item.name, item.status))
                    if batch.count < Self.batch { return }
                    try hand(.files(batch), epoch)
                    batch = []
                }
            }
            try hand(.files(batch), epoch)
            try hand(.end(nil), epoch)
        } catch {
            try? hand(.end(error), epoch)
        }
    }

    /// - Throws: when nobody wants it any more.
    private func hand(_ findings: Findings, _ epoch: Int) throws(SystemError) {
        let isWanted = state.wait { state -> Bool? in
            if state.epoch != epoch || state.isEnding || !state.isRebuilding { return false }
            return state.findings.count < Self.mostFindings ? true : nil
        }
        guard isWanted else { throw SystemError("rebuild the catalogue", errno: .interrupted) }
        state.change { $0.findings.append(findings) }
    }
}
