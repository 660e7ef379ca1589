import Platform
import Transport
import Wire

/// Why a file can't be sent now. It stays where it is.
enum SourceFailure: Error, Hashable {
    /// It isn't there any more.
    case vanished
    /// It isn't what the scan saw, or it changed while it was read.
    case changed
    /// Somebody has it open for writing.
    case beingWritten
    /// Nobody can tell who writes it, and it hasn't stayed as it is for long enough.
    case unsettled
    case unreadable(SystemError)
    /// It isn't what was confirmed, or what was sent of it before: it is to be sent anew.
    case unlikeBefore

    /// Whether it can be sent all the same, as something new.
    var meansAnew: Bool { self == .unlikeBefore }
}

/// A file that is being read from its beginning to its end, and hashed on the way.
struct OpenSource: ~Copyable {
    private let descriptor: FileDescriptor
    private let file: DueFile
    private let form: ContentForm
    /// Makes what is sent of what is read, where that is something else.
    private var sealing: SealedStream?
    private let hasher = FrameHasher()
    /// Who had it open for writing when it was opened.
    private var writer = WriterState.unknown
    /// Bytes read so far.
    private(set) var position: UInt64 = 0
    /// Seconds from one look at the open file to the next.
    private let lookSeconds: Double
    private var nextLook: Instant

    private init(
        _ descriptor: consuming FileDescriptor, _ file: DueFile, _ form: ContentForm, isToBeSent: Bool = true,
        lookSeconds: Double = 1
    ) throws(SourceFailure) {
        sealing = try Self.sealing(file, form, isToBeSent: isToBeSent)
        self.descriptor = descriptor
        self.file = file
        self.form = form
        self.lookSeconds = lookSeconds
        nextLook = .now.advanced(bySeconds: lookSeconds)
    }

    deinit {
        hasher.end()
    }

    /// Opens a file beneath the folder, and checks that it is still the one that the scan saw and that nobody writes it.
    ///
    /// - Parameters:
    ///   - form: as what its content travels.
    ///   - isToBeSent: false where it is read for its hash only.
    ///   - lookSeconds: what will make us give it up is noticed so soon, and not only when all of it is sent.
    static func open(
        _ file: DueFile, as form: ContentForm = .plain, isToBeSent: Bool = true, in folder: WatchedFolder,
        lookSeconds: Double = 1
    ) throws(SourceFailure) -> OpenSource {
        var source = try OpenSource(
            descriptor(of: file, in: folder), file, form, isToBeSent: isToBeSent, lookSeconds: lookSeconds)
        try source.checkAtStart()
        source.descriptor.adviseSequentialReading()
        return source
    }

    /// Reads a file whole, as one frame's payload, before a byte of it is sent.
    ///
    /// Whether somebody writes it is asked before it is read: who had it mapped could still change it, and no time would
    /// show that. Whoever opens it later can't change it without changing its times (but on tmpfs, by a mapping).
    ///
    static func read(
        _ file: DueFile, as form: ContentForm = .plain, in folder: WatchedFolder, into frame: DataFrame, number: UInt32
    ) throws(SourceFailure) -> ReadContent {
        var source = try OpenSource(descriptor(of: file, in: folder), file, form)
        try source.checkAtStart()
        _ = try source.read(into: frame, upTo: source.size, number: number)
        return try source.content(try source.unchangedStatus(), in: folder)
    }

    private static func descriptor(
        of file: DueFile, in folder: WatchedFolder
    ) throws(SourceFailure) -> FileDescriptor {
        do throws(SystemError) {
            return try folder.open(file.path, .readingQuietly)
        } catch {
            switch error.errno {
            case .noEntry: throw .vanished
            // Somebody's write lease stands against it, as Samba's kernel oplocks do.
            case .tryAgain: throw .beingWritten
            default: throw .unreadable(error)
            }
        }
    }

    /// Has it hashed, and sealed where it is, by other threads beside what is done with its frames, if it is large enough for that.
    mutating func workAside() {
        if file.isSmall { return }
        hasher.getHelp()
        sealing?.sealAside()
    }

    /// Whether everything was read.
    var isComplete: Bool { position >= size }

    /// Reads the next bytes into the frame, and has them hashed.
    ///
    /// - Parameters:
    ///   - frame: had better not be the one of the call before, which may still be hashed and is waited for.
    ///   - end: where to stop reading, at most the file's size.
    /// - Returns: bytes read, never 0 before `end`.
    mutating func read(into frame: DataFrame, upTo end: UInt64, number: UInt32) throws(SourceFailure) -> UInt64 {
        guard end > position else { return 0 }
        if Instant.now >= nextLook {
            _ = try unchangedStatus()
            nextLook = .now.advanced(bySeconds: lookSeconds)
        }
        hasher.settle(frame)
        let count = try fill(frame, end - position, number)
        // It has become shorter.
        guard count > 0 else { throw .changed }
        hasher.add(frame)
        position += UInt64(count)
        return UInt64(count)
    }

    private mutating func fill(_ frame: DataFrame, _ limit: UInt64, _ number: UInt32) throws(SourceFailure) -> Int {
        if sealing == nil {
            do throws(SystemError) {
                return try frame.read(from: descriptor, limit: limit, upload: number)
            } catch {
                throw .unreadable(error)
            }
        }
        do throws(FileFlaw) {
            return try frame.fill(limit: limit, upload: number) { room throws(FileFlaw) in
                try sealing?.read(into: &room, limit: limit, from: descriptor) ?? 0
            }
        } catch {
            throw SourceFailure(error, form.seal)
        }
    }

    /// Bytes that are read of it: of what is sent, where anything is.
    var size: UInt64 {
        switch sealing {
        case .some(let sealing): sealing.count
        case .none: file.fingerprint.size
        }
    }

    /// Whether nothing of what was sent before is unproved.
    var isProved: Bool {
        switch sealing {
        case .some(let sealing): sealing.isProved
        case .none: true
        }
    }

    /// How far its seal was used by now; nil when that isn't further than was known.
    var mark: SealMark? {
        switch sealing {
        case .some(let sealing): sealing.mark
        case .none: nil
        }
    }

    /// Looks at some more of what was sent before, until `isProved`.
    mutating func prove() throws(SourceFailure) {
        do throws(FileFlaw) {
            try sealing?.prove(from: descriptor)
        } catch {
            throw SourceFailure(error, form.seal)
        }
    }

    /// What was read, once everything was and the content has stayed what it was all the while, whatever became of the
    /// file's name.
    consuming func finish(in folder: WatchedFolder) throws(SourceFailure) -> ReadContent {
        var source = self
        return try source.content(try source.unchangedStatus(), in: folder)
    }

    private mutating func content(
        _ status: FileStatus, in folder: WatchedFolder
    ) throws(SourceFailure) -> ReadContent {
        guard isComplete else { throw .changed }
        let standing = standing(status, in: folder)
        guard let digest = hasher.finish() else {
            throw .unreadable(SystemError("hash", file.path.description, errno: .inputOutput))
        }
        var content = ReadContent(digest: digest, standing: standing, writer: writer)
        if let known = form.known {
            guard digest == known.plaintext else { throw .unlikeBefore }
            content = ReadContent(digest: known.digest, standing: standing, writer: writer, plaintext: digest)
        }
        content.mark = mark
        if let sealing = sealing.take() {
            guard let plaintext = sealing.contentDigest() else { throw .changed }
            content.plaintext = plaintext
        }
        return content
    }

    /// Before a byte is read it must be all that the scan saw, which tells what was written until now; the lease tells whether
    /// more may come.
    ///
    /// That is asked once: while it is asked, who opens the file without waiting is refused. Whoever opens it later can't change
    /// it unseen, and the wipe asks for itself.
    private mutating func checkAtStart() throws(SourceFailure) {
        writer = WriterCheck.state(of: descriptor)
        guard writer == .none || writer == file.toleratedWriter else {
            throw writer == .unknown ? .unsettled : .beingWritten
        }
        guard Fingerprint(try unchangedStatus()) == file.fingerprint else { throw .changed }
    }

    private func unchangedStatus() throws(SourceFailure) -> FileStatus {
        let status: FileStatus
        do throws(SystemError) {
            status = try descriptor.status()
        } catch {
            throw .unreadable(error)
        }
        guard status.kind == .regular, Fingerprint(status).hasContent(of: file.fingerprint) else { throw .changed }
        return status
    }

    private func standing(_ status: FileStatus, in folder: WatchedFolder) -> Standing {
        let isAsItWas = Fingerprint(status) == file.fingerprint
        if isAsItWas, status.links > 0 { return .unchanged }
        do throws(SystemError) {
            let named = try folder.directory(of: file.path).status(of: file.path.name, fresh: true)
            guard named.identity == status.identity else { return .gone }
            return isAsItWas ? .unchanged : .touched
        } catch {
            return error.errno == .noEntry ? .gone : .touched
        }
    }
}
