import Domain
import Platform

/// A file that something is to be done with over a connection.
struct DueFile: Hashable, Sendable {
    let path: LocalPath
    /// What the scan saw; what is sent must still be that.
    let fingerprint: Fingerprint
    let remote: RemotePath
    /// What the system may say when it is read about who writes it, besides that nobody does.
    let toleratedWriter: WriterState
    /// Whether it stays for now although it is confirmed: somebody may append to it.
    var isToStay = false
    /// Bytes that are sent of it: of an encrypted file more than there are here.
    var size: UInt64

    /// - Parameter size: nil where it is sent as it is.
    init(
        path: LocalPath, fingerprint: Fingerprint, remote: RemotePath, toleratedWriter: WriterState,
        size: UInt64? = nil
    ) {
        (self.path, self.fingerprint, self.remote) = (path, fingerprint, remote)
        self.toleratedWriter = toleratedWriter
        self.size = size ?? fingerprint.size
    }

    /// Whether something else is sent than its content.
    var isEncrypted: Bool { size != fingerprint.size }

    /// Whether reading it is so little work that the server is rather asked about it than offered it, where it may have
    /// it already.
    var isSmall: Bool { fingerprint.isOfSmallFile }
}

/// What is to be done with it.
enum Purpose: Hashable, Sendable {
    /// Send it.
    case upload
    /// It was confirmed earlier: ask whether it still is, so that it may be wiped.
    case confirmAgain
    /// It is hidden and about to be wiped: ask for the last time.
    indirect case lastWord(WipeID)
}

/// What is known of a file that is due once it was begun, or that is encrypted.
private indirect enum Rest: Hashable, Sendable {
    struct Values: Hashable, Sendable {
        var form = ContentForm.plain
        var plaintext: ContentDigest?
        var mark: SealMark?
        var tries = 0
        var began = Instant(nanoseconds: 0)
    }

    case none
    case some(Values)

    init() { self = .none }

    var values: Values {
        get { if case .some(let values) = self { values } else { Values() } }
        set { self = newValue == Values() ? .none : .some(newValue) }
    }
}

/// A file in the line of those that wait for their turn.
struct SyncTask: Hashable, Sendable {
    let file: DueFile
    var purpose: Purpose
    /// What became of it while it was read.
    var standing = Standing.unchanged
    /// Whether the server has said in this connection that it doesn't have it, nor will: no answer was lost, so it is to
    /// be sent, from wherever the server says.
    var isKnownAbsent = false
    /// Whether the server may have all of it: it was begun earlier, but nothing is kept of it, so perhaps only the answer
    /// was lost; or it resembles what was confirmed.
    var isInDoubt = false
    /// What most files don't have, kept apart: many may wait.
    private var rest = Rest()

    /// As what its content travels.
    var form: ContentForm {
        get { rest.values.form }
        set { rest.values.form = newValue }
    }

    /// The hash of its content, once it was read, where that isn't the one that the server confirms.
    var plaintext: ContentDigest? {
        get { rest.values.plaintext }
        set { rest.values.plaintext = newValue }
    }

    /// How far its seal was used when it was sent.
    var mark: SealMark? {
        get { rest.values.mark }
        set { rest.values.mark = newValue }
    }

    /// Bytes of what the server is asked about, or offered.
    var size: UInt64 { if case .known(let content) = form { content.size } else { file.size } }

    /// Whether the server is to be asked about it in any case before it is sent.
    var mustAsk: Bool { isInDoubt && !isKnownAbsent }
    /// What the system said about who writes it when it was read last.
    var writer = WriterState.none

    /// How often it was begun in this pass.
    var tries: Int {
        get { rest.values.tries }
        set { rest.values.tries = newValue }
    }

    /// When it was begun last.
    var began: Instant {
        get { rest.values.began }
        set { rest.values.began = newValue }
    }

    init(file: DueFile, purpose: Purpose, isInDoubt: Bool = false) {
        (self.file, self.purpose, self.isInDoubt) = (file, purpose, isInDoubt)
    }
}
