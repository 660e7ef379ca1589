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
    /// Bytes read so far.
    private(set) var position: UInt64 = 0

    private init(_ descriptor: consuming FileDescriptor, _ file: DueFile) {
        self.descriptor = descriptor
        self.file = file
    }

    deinit {
        hasher.end()
    }

    /// Opens a file beneath the folder, and checks that it is still the one that the scan saw and that nobody writes it.
    static func open(_ file: DueFile, in folder: WatchedFolder) throws(SourceFailure) -> OpenSource {
        let source = OpenSource(try descriptor(of: file, in: folder), file)
        try source.check()
        source.descriptor.adviseSequentialReading()
        return source
    }

    /// Reads a file whole, as one frame's payload, before a byte of it is sent.
    ///
    /// Whether somebody writes it is asked before it is read: who had it mapped could still change it, and no time would
    /// show that. Whoever opens it later can't change it without changing its times (but on tmpfs, by a mapping).
    ///
    /// - Returns: its hash.
    static func read(
        _ file: DueFile, in folder: WatchedFolder, into frame: DataFrame, number: UInt32
    ) throws(SourceFailure) -> ContentDigest {
        var source = OpenSource(try descriptor(of: file, in: folder), file)
        try source.check()
        _ = try source.read(into: frame, upTo: file.size, number: number)
        try source.requireUnchanged()
        return try source.digest()
    }

    private static func descriptor(
        of file: DueFile, in folder: WatchedFolder
    ) throws(SourceFailure) -> FileDescriptor {
        do throws(SystemError) {
            return try folder.open(file.path, .readingQuietly)
        } catch {
            throw error.errno == .noEntry ? .vanished : .unreadable(error)
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

    /// The hash of the whole file, once everything was read and the file has stayed what it was all the while.
    consuming func finish() throws(SourceFailure) -> ContentDigest {
        try check()
        return try digest()
    }

    private consuming func digest() throws(SourceFailure) -> ContentDigest {
        guard isComplete else { throw .changed }
        guard let digest = hasher.finish() else {
            throw .unreadable(SystemError("hash", file.path.description, errno: .inputOutput))
        }
        return digest
    }

    /// Its status tells what was written until now, and the lease whether more may come.
    private func check() throws(SourceFailure) {
        let writer = WriterCheck.state(of: descriptor)
        guard writer == .none || writer == file.toleratedWriter else {
            throw writer == .unknown ? .unsettled : .beingWritten
        }
        try requireUnchanged()
    }

    private func requireUnchanged() throws(SourceFailure) {
        let status: FileStatus
        do throws(SystemError) {
            status = try descriptor.status()
        } catch {
            throw .unreadable(error)
        }
        guard status.kind == .regular, Fingerprint(status) == file.fingerprint else { throw .changed }
    }
}
