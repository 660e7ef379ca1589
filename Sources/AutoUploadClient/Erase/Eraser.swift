import Platform
import Wire

/// Wipes files that the server has confirmed. In every doubtful case the file stays.
///
/// Up to the decision (`WipeStep.decide`) everything can be taken back, and an error does so: the file stands where it
/// stood. From then on its content may be gone, and an error leaves it under its wiping name, with its record.
struct Eraser: Sendable {
    /// Files that are held open, and that share flushes, at a time.
    private static let batchSize = max(32, min(1024, Int(clamping: ProcessLimits.raiseOpenFiles() / 4)))

    let folder: WatchedFolder
    let state: ClientState
    /// Whether files of such a file system may be somewhere else under other numbers: what is there isn't only here.
    var isForeign: @Sendable (FileSystemKind) -> Bool = { !$0.seesEveryWriter }
    /// Whether a new name lasts on such a file system once its folder is flushed.
    var keepsRenames: @Sendable (FileSystemKind) -> Bool = { $0.keepsRenamesByFolderFlush }
    /// What a wipe is worth, and has to be.
    var grading = ErasureGrading()
    /// Whether a person has said that also files are wiped that somebody may have open, for all that this machine can tell.
    var wipesUnproven = false
    /// Called before each step; what it throws counts as the step's failure. For tests.
    var before: @Sendable (WipeStep) throws(SystemError) -> Void = { _ in }

    init(folder: WatchedFolder, state: ClientState) {
        self.folder = folder
        self.state = state
    }

    /// Wipes files; one outcome for each request, in their order.
    ///
    /// - Parameter witness: without one, files that the server must be asked about once more are kept.
    func wipe(_ requests: [WipeRequest], witness: (any WipeWitness)? = nil) -> [WipeOutcome] {
        var outcomes: [WipeOutcome] = []
        var rest = requests[...]
        while !rest.isEmpty {
            // Without records that last, a crash leaves what is being wiped under its wiping name for good: no more than one.
            let count = state.isDurable ? Self.batchSize : 1
            let batch = rest.prefix(count)
            outcomes += zip(batch, wipeBatch(batch, witness)).map { request, outcome in
                // It lost its room just then, before the file had another name. What follows is wiped one at a time, and this,
                // too. One that was to be decided about has been renamed there and back: it is read anew before its next try.
                outcome == .kept(reason: Self.recordCannotLast) ? wipeBatch([request], witness)[0] : outcome
            }
            rest = rest.dropFirst(count)
        }
        return outcomes
    }

    /// Whether a file of this size is wiped where nobody can tell whether somebody has it open.
    func mayWipeUnproven(size: UInt64) -> Bool { WipeProof.isDispensable(size: size, wipesUnproven) }

    /// What a file is now; nil when it isn't there.
    func fingerprint(of path: LocalPath) -> Fingerprint? {
        (try? folder.directory(of: path).status(of: path.name, fresh: true)).map(Fingerprint.init)
    }

    /// Whether nothing stands there any more, nor under the folders above.
    func isGone(_ path: LocalPath) -> Bool {
        do throws(SystemError) {
            _ = try folder.directory(of: path).status(of: path.name, fresh: true)
            return false
        } catch {
            return error.errno == .noEntry
        }
    }

    private func wipeBatch(
        _ requests: ArraySlice<WipeRequest>, _ witness: (any WipeWitness)?
    ) -> [WipeOutcome] {
        var directories: [[FileName]: Directory] = [:]
        let attempts = requests.map { attempt($0, &directories) }
        let wipes = attempts.compactMap { try? $0.get() }
        hide(wipes, witness)
        destroy(wipes.filter { $0.outcome == nil }, witness)
        return attempts.map { attempt in
            switch attempt {
            case .success(let wipe): wipe.outcome ?? .unfinished(reason: "it wasn't gone through with")
            case .failure(let failure): .kept(reason: failure.reason)
            }
        }
    }

    /// - Parameter directories: those that are open already: files of a batch share them.
    private func attempt(
        _ request: WipeRequest, _ directories: inout [[FileName]: Directory]
    ) -> Result<OngoingWipe, WipeFailure> {
        do throws(WipeFailure) {
            return .success(try prepare(request, &directories))
        } catch {
            return .failure(error)
        }
    }
}
