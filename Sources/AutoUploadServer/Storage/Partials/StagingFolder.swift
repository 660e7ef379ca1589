import Platform
import Synchronization

/// The folder of uploads on their way in, where no client path leads, and what makes them durable there.
final class StagingFolder: Sendable {
    let folder: Directory
    let flusher: Flusher
    let rules: PartialRules
    let space: SpaceBook
    /// Whether renaming without replacing works in one step; if not, linking does.
    let renames: Bool
    /// Whether a file that nobody would go on with needs no name here.
    private let makesUnnamed: Bool
    /// Whether a file has to be flushed once more when it has got its final name by being renamed.
    let flushesNewNames: Bool
    let largeWrites: LargeWrites
    private let keepsNames = Atomic(true)
    private let uploads: UploadCount

    /// - Parameter space: who says which uploads there is room for.
    convenience init(
        _ folder: Directory, flusher: Flusher, rules: PartialRules, space: SpaceBook,
        renames: Bool = true, makesUnnamed: Bool = false, flushesNewNames: Bool = false
    ) {
        self.init(
            folder, flusher, rules, space, renames: renames, makesUnnamed: makesUnnamed,
            flushesNewNames: flushesNewNames, LargeWrites(), UploadCount())
    }

    private init(
        _ folder: Directory, _ flusher: Flusher, _ rules: PartialRules, _ space: SpaceBook,
        renames: Bool, makesUnnamed: Bool, flushesNewNames: Bool, _ largeWrites: LargeWrites, _ uploads: UploadCount
    ) {
        self.folder = folder
        self.flusher = flusher
        self.rules = rules
        self.space = space
        self.renames = renames
        self.makesUnnamed = makesUnnamed
        self.flushesNewNames = flushesNewNames
        self.largeWrites = largeWrites
        self.uploads = uploads
    }

    /// Another folder on the same file system, for which all the rest is the same.
    func beside(_ folder: Directory) -> StagingFolder {
        StagingFolder(
            folder, flusher, rules, space, renames: renames, makesUnnamed: makesUnnamed,
            flushesNewNames: flushesNewNames, largeWrites, uploads)
    }

    /// For an upload's own files: what fails there ends that upload, and nobody else relies on it.
    var calls: FlushCalls { flusher.calls }

    /// How many uploads are unfinished, in all staging folders of the storage.
    private final class UploadCount: Sendable {
        let value = Atomic(0)
    }

    /// Nobody has removed the folder.
    var isThere: Bool { (try? folder.status().links) ?? 0 > 0 }

    /// The name of a new file here. What is too small to be gone on with when its connection ends needs none before its last one.
    ///
    /// - Parameter size: nil where it isn't known.
    func name(forSize size: UInt64?) throws(SystemError) -> StagedName {
        givesName(toSize: size) ? try .random(renames: renames) : .none
    }

    func givesName(toSize size: UInt64?) -> Bool { !makesUnnamed || size ?? .max >= rules.worthwhileBytes }

    /// Takes note of how many unfinished uploads there are.
    func note(uploads count: Int) {
        uploads.value.store(count, ordering: .relaxed)
    }

    /// Bytes of an upload from which on it is worth being kept when its connection ends.
    var leastKept: UInt64 {
        uploads.value.load(ordering: .relaxed) > rules.mostLittle ? rules.quickBytes : rules.worthwhileBytes
    }

    /// Whether names of new records can be made durable: not after a flush of the folder, or above it, has failed. That isn't for
    /// `FlushDistrust`: no file is found by these names once it is stored.
    var takesRecords: Bool { keepsNames.load(ordering: .acquiring) }

    /// - Parameter above: folders that hold the names on the way to this one, where these aren't known to be durable.
    func flushNames(above: [Directory] = []) throws(SystemError) {
        do throws(SystemError) {
            try calls.folder(folder)
            for folder in above { try flusher.flush(folder) }
        } catch {
            if !error.isLackOfRoom { keepsNames.store(false, ordering: .releasing) }
            throw error
        }
    }

    /// Removes a partial's names, as far as they are there. The record goes first: bytes without a record are nobody's.
    func remove(_ name: FileName, record: FileName?) {
        if let record { try? folder.remove(record) }
        try? folder.remove(name)
    }
}

extension SystemError {
    /// ENOSPC or EDQUOT: the write was refused, and the medium itself is well.
    package var isLackOfRoom: Bool { errno == .noSpace || errno == .overQuota }
}
