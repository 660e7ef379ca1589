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
}

/// A file that is being read from its beginning to its end, and hashed on the way.
struct OpenSource: ~Copyable {
    private let descriptor: FileDescriptor
    private let file: DueFile
    private let hasher = FrameHasher()
    /// Who had it open for writing when it was opened.
    private var writer = WriterState.unknown
    /// Bytes read so far.
    private(set) var position: UInt64 = 0
    /// Seconds from one look at the open file to the next.
    private let lookSeconds: Double
    private var nextLook: Instant

    private init(_ descriptor: consuming FileDescriptor, _ file: DueFile, lookSeconds: Double = 1) {
        self.descriptor = descriptor
        self.file = file
        self.lookSeconds = lookSeconds
        nextLook = .now.advanced(bySeconds: lookSeconds)
    }

    deinit {
        hasher.end()
    }

    /// Opens a file beneath the folder, and checks that it is still the one that the scan saw and that nobody writes it.
    ///
    /// - Parameter lookSeconds: what will make us give it up is noticed so soon, and not only when all of it is sent.
    static func open(
        _ file: DueFile, in folder: WatchedFolder, lookSeconds: Double = 1
    ) throws(SourceFailure) -> OpenSource {
        var source = OpenSource(try descriptor(of: file, in: folder), file, lookSeconds: lookSeconds)
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
        _ file: DueFile, in folder: WatchedFolder, into frame: DataFrame, number: UInt32
    ) throws(SourceFailure) -> ReadContent {
        var source = OpenSource(try descriptor(of: file, in: folder), file)
        try source.checkAtStart()
        _ = try source.read(into: frame, upTo: file.size, number: number)
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

    /// Has it hashed by another thread beside what is done with its frames, if it is large enough for that.
    func hashAside() {
        if !file.isSmall { hasher.getHelp() }
    }

    /// Whether everything was read.
    var isComplete: Bool { position >= file.size }

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
        let count: Int
        do throws(SystemError) {
            count = try frame.read(from: descriptor, limit: end - position, upload: number)
        } catch {
            throw .unreadable(error)
        }
        // It has become shorter.
        guard count > 0 else { throw .changed }
        hasher.add(frame)
        position += UInt64(count)
        return UInt64(count)
    }

    /// What was read, once everything was and the content has stayed what it was all the while, whatever became of the
    /// file's name.
    consuming func finish(in folder: WatchedFolder) throws(SourceFailure) -> ReadContent {
        try content(try unchangedStatus(), in: folder)
    }

    private consuming func content(
        _ status: FileStatus, in folder: WatchedFolder
    ) throws(SourceFailure) -> ReadContent {
        guard isComplete else { throw .changed }
        let standing = standing(status, in: folder)
        guard let digest = hasher.finish() else {
            throw .unreadable(SystemError("hash", file.path.description, errno: .inputOutput))
        }
        return ReadContent(digest: digest, standing: standing, writer: writer)
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
