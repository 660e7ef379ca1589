import Age
import Domain

/// A seal of an upload, as the state keeps it until that is confirmed. It must never seal two contents.
final class SealInUse: Sendable {
    let seal: Seal
    let path: LocalPath
    let upload: UploadID
    /// How far it was used, where that is known.
    let mark: SealMark?
    /// Whether it has never been used.
    let isFresh: Bool
    private let state: ClientState

    init(
        _ seal: Seal, of path: LocalPath, upload: UploadID, mark: SealMark? = nil, isFresh: Bool, in state: ClientState
    ) {
        (self.seal, self.path, self.upload, self.mark, self.isFresh) = (seal, path, upload, mark, isFresh)
        self.state = state
    }

    /// Whether it may have sealed more than is known: the server may be asked about what it makes, but it makes nothing more that
    /// is sent.
    var isSpent: Bool { !isFresh && mark == nil }

    /// What is noted where it wasn't used.
    var unusedMark: SealMark? { isFresh ? SealMark.unused(seal) : nil }

    /// Makes sure, durably, that what is noted doesn't pass for all that it has sealed.
    func goBeyondMark() throws(FileFlaw) {
        if isFresh { return }
        do throws(StateError) {
            // What only memory knows a crash would forget, and the disk has what was noted before.
            guard state.isDurable else { throw .noPlace("the state isn't on the disk") }
            try state.noteOpenSeal(of: path, upload)
        } catch {
            throw .unnoted
        }
    }

    /// Has a new one made for the next try.
    func giveUp() {
        // Where that fails, it is found out again.
        try? state.forgetUpload(of: path, upload)
    }
}

extension SealInUse: Hashable {
    static func == (left: SealInUse, right: SealInUse) -> Bool { left === right }

    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(self))
    }
}
