import Platform
import Transport
import Wire

/// A file on its way in: in the staging folder, where no client path leads, until all of it is here and durable. Owned by
/// one connection. One that is dropped before it was published is removed.
final class PartialUpload {
    let user: FileName
    let path: RemotePath
    let size: UInt64
    let modified: FileTime
    /// How many flushes of the whole storage had failed before the first byte of this came.
    let begunAfterFailures: UInt64
    /// The room that was promised for it.
    private let reservation: Reservation

    let staging: Directory
    let stagingName: FileName
    let file: FileDescriptor
    private(set) var received: UInt64 = 0
    private var hasher: ContentHasher? = ContentHasher()
    private var writebackStarted: UInt64 = 0
    private var isInStaging = true
    /// The first error of a write; nothing is taken after it.
    private(set) var failure: VaultError?

    /// Write-back begins this often, so that the flush at the end finds little left to do.
    private static let writebackDistance: UInt64 = 8 << 20
    /// Files below this aren't worth a call to allocate their space.
    private static let smallestAllocation: UInt64 = 64 << 10

    init(
        user: FileName, path: RemotePath, size: UInt64, modified: FileTime, staging: Directory,
        begunAfterFailures: UInt64, reservation: Reservation
    ) throws(SystemError) {
        self.user = user
        self.path = path
        self.size = size
        self.modified = modified
        self.staging = staging
        self.begunAfterFailures = begunAfterFailures
        self.reservation = reservation
        let random = hexadecimal(try randomBytes(16))
        guard let name = FileName(random) else { throw SystemError("name the partial file", errno: .invalid) }
        stagingName = name
        file = try staging.open(name, .creating(permissions: 0o600))
    }

    deinit {
        if isInStaging { try? staging.remove(stagingName) }
    }

    /// Allocates the space for the whole file where the file system can.
    ///
    /// - Throws: ENOSPC, EDQUOT or EFBIG: better now than after hours of upload.
    func allocate() throws(SystemError) {
        guard size >= Self.smallestAllocation else { return }
        do throws(SystemError) {
            try file.preallocate(size)
            reservation.occupies(size)
        } catch {
            if error.errno != .notSupported, error.errno != .notImplemented { throw error }
        }
    }

    /// Takes the next bytes. An error is kept for the end, and later bytes are dropped.
    func append(_ bytes: RawSpan) {
        if failure != nil { return }
        do throws(SystemError) {
            try file.write(bytes)
            hasher?.update(bytes)
            received += UInt64(bytes.byteCount)
            startWriteback()
        } catch {
            failure = VaultError(error)
        }
    }

    private func startWriteback() {
        guard received - writebackStarted >= Self.writebackDistance else { return }
        file.startWriteback(from: writebackStarted, count: received - writebackStarted)
        writebackStarted = received
        reservation.occupies(received)
    }

    /// Compares all that came with what the client says it sent.
    func verify(_ digest: ContentDigest) throws(VaultError) {
        if let failure { throw failure }
        guard received == size, let whole = hasher.take(), whole.finalize() == digest else { throw .digestMismatch }
    }

    /// Sets what the flush is to make durable along with the content.
    func setAttributes(_ rights: AccessRights) throws(VaultError) {
        try FolderTree.wrap { () throws(SystemError) in try rights.apply(toFile: file) }
        // A time that the file system can't hold is no reason to refuse a recording.
        try? file.setModified(modified)
    }

    /// The file has its final name and must not be removed any more.
    func hasLeftStaging() {
        isInStaging = false
        reservation.becomesStored()
    }
}
