import Domain
import Platform

/// The file of an upload whose bytes are coming.
struct IncomingFile: ~Copyable {
    private(set) var file: StagedFile
    /// Bytes that room is set aside for.
    var granted: UInt64

    /// Bytes that have come.
    private var received: UInt64
    private let prefix: PrefixHash
    /// Bytes that came before it was opened.
    private let earlier: UInt64
    /// Gathers the bytes of a large file. They count as received, and are handed to the kernel, and hashed, before any flush.
    private var large: DirectWriter?
    /// Nobody knows yet whether it is a large file.
    private var mayBecomeLarge: Bool
    private var writebackStarted: UInt64
    /// When and at how many bytes it was last tried to make it durable.
    private var lastCheckpoint: (at: Instant, received: UInt64)
    /// Nothing is made durable before that is asked for: what has come since may have to be taken back.
    var isHeldBack = false
    /// The first error; nothing is taken, and nothing is flushed again, after it.
    private(set) var failure: VaultError?

    /// Write-back begins this often, so that flushes find little left to do.
    private static let writebackDistance: UInt64 = 8 << 20

    /// Makes room for a new upload.
    ///
    /// - Throws: `VaultError` where there is no room for all of it, as far as its size is known: better now than after hours of
    ///   upload.
    static func create(_ offered: OfferedFile, in staging: StagingFolder) throws(VaultError) -> IncomingFile {
        let reservation = try staging.space.reserve(user: offered.user, path: offered.path, size: offered.size ?? 0)
        return try FolderTree.wrap { () throws(SystemError) in
            let incoming = IncomingFile(try StagedFile.create(offered, in: staging, reservation), PrefixHash())
            do throws(SystemError) {
                try incoming.allocate()
            } catch {
                incoming.remove()
                throw error
            }
            return incoming
        }
    }

    /// Goes on with what is durable, and gives back what may lie behind it.
    static func reopen(
        _ parked: borrowing ParkedFile, of offered: OfferedFile, in staging: StagingFolder
    ) throws(VaultError) -> IncomingFile {
        try parked.reservation.grow(to: offered.size ?? parked.durable)
        do throws(SystemError) {
            return try open(parked, of: offered, in: staging)
        } catch {
            parked.reservation.shrink(to: parked.durable)
            throw VaultError(error)
        }
    }

    private static func open(
        _ parked: borrowing ParkedFile, of offered: OfferedFile, in staging: StagingFolder
    ) throws(SystemError) -> IncomingFile {
        // Of all that came or of a part, where an earlier connection of this process has left it.
        let prefix = parked.prefix.flatMap { $0.count <= parked.durable ? $0 : nil } ?? PrefixHash()
        let incoming = IncomingFile(try StagedFile.reopen(parked, of: offered, in: staging), prefix)
        do throws(SystemError) {
            try incoming.allocate()
        } catch {
            // ext4 keeps all that it could get before it ran out: nobody else would have any until this one comes back.
            try? incoming.file.descriptor.truncate(to: parked.durable)
            throw error
        }
        return incoming
    }

    private init(_ file: consuming StagedFile, _ prefix: PrefixHash) {
        let (durable, staging) = (file.durable, file.staging)
        granted = file.reservation.aside
        self.prefix = prefix
        received = durable
        earlier = durable
        writebackStarted = durable
        lastCheckpoint = (.now, durable)
        mayBecomeLarge = file.offered.size == nil
        self.file = file
        if let size = self.file.offered.size, size >= staging.rules.largeBytes { writeAsLarge() }
    }
}

// MARK: - Bytes

extension IncomingFile {
    /// Takes the next bytes. An error is kept, and later bytes are dropped.
    mutating func append(_ bytes: RawSpan) {
        if failure != nil { return }
        if received == file.durable { file.beginsToDiffer() }
        do throws(VaultError) {
            if received == 0 { try begin() }
            try makeRoom(for: received + UInt64(bytes.byteCount))
        } catch {
            failure = error
            return
        }
        do throws(SystemError) {
            try write(bytes)
            received += UInt64(bytes.byteCount)
            if let size = file.offered.size, received >= size { try handOverAll() }
            startWriteback()
            if isCheckpointDue { try checkpoint() }
        } catch {
            failure = VaultError(error)
        }
    }

    private mutating func write(_ bytes: RawSpan) throws(SystemError) {
        if mayBecomeLarge, received >= file.staging.rules.largeBytes { writeAsLarge() }
        if try large?.append(bytes) != nil { return }
        try file.descriptor.write(bytes)
        prefix.update(bytes)
    }

    private mutating func writeAsLarge() {
        mayBecomeLarge = false
        let prefix = prefix
        large = file.staging.largeWrites.writer(to: file.descriptor, from: received) { prefix.update($0) }
    }

    private mutating func handOverAll() throws(SystemError) {
        try handOver()
        large = nil
    }

    /// Lets the kernel have all that has come.
    private mutating func handOver() throws(SystemError) {
        try large?.flush()
    }

    private mutating func startWriteback() {
        guard received - writebackStarted >= Self.writebackDistance else { return }
        file.descriptor.startWriteback(from: writebackStarted, count: received - writebackStarted)
        writebackStarted = received
        file.reservation.occupies(received)
    }

    private var isCheckpointDue: Bool {
        // Once all is here, the flush of the commit is near.
        guard received < file.offered.size ?? .max, !isHeldBack else { return false }
        let grown = received - lastCheckpoint.received
        return file.staging.rules.isCheckpointDue(grown: grown, seconds: Instant.now.seconds(since: lastCheckpoint.at))
    }

    /// Makes all that has come durable, however little it is.
    ///
    /// - Returns: bytes that are durable.
    /// - Throws: also where that can't be written down just now.
    mutating func makeDurable() throws(VaultError) -> UInt64 {
        if let failure { throw failure }
        isHeldBack = false
        do throws(SystemError) {
            if received > file.durable { try checkpoint() }
            guard received == file.durable else { throw SystemError("keep a record of an upload", errno: .tryAgain) }
        } catch {
            failure = VaultError(error)
            throw VaultError(error)
        }
        return received
    }

    private mutating func checkpoint() throws(SystemError) {
        lastCheckpoint = (.now, received)
        try handOver()
        try file.makeDurable(upTo: received)
    }
}

// MARK: - What an earlier connection has sent

extension IncomingFile {
    /// Reads durable bytes. Nothing can be added after that.
    ///
    /// - Throws: also where the file ends before.
    mutating func read(_ count: Int, at offset: UInt64) throws(VaultError) -> [UInt8] {
        if let failure, failure != Self.readOnly { throw failure }
        failure = Self.readOnly
        do throws(SystemError) {
            try file.descriptor.seek(to: offset)
            var bytes = [UInt8](repeating: 0, count: count)
            let read = try bytes.withUnsafeMutableBytesTyped { memory throws(SystemError) in
                try file.descriptor.read(into: memory)
            }
            guard read == count else { throw SystemError("read what came before", errno: .inputOutput) }
            return bytes
        } catch {
            throw VaultError(error)
        }
    }

    /// It leaves what is durable as it is.
    private static let readOnly = VaultError.busy(SystemError("write to what is read", errno: .tryAgain))
}

extension IncomingFile {
    /// Whether there are bytes of an earlier connection that haven't been read for the digest yet.
    var hasUnreadPrefix: Bool { failure == nil && prefix.count < earlier }

    /// Reads the next piece of what an earlier connection has sent, for the digest; before more is taken.
    mutating func readPrefix() {
        do throws(SystemError) {
            try prefix.read(from: file.descriptor, to: earlier)
            if prefix.count == earlier { try file.descriptor.seek(to: earlier) }
        } catch {
            failure = VaultError(error)
        }
    }
}

// MARK: - End

extension IncomingFile {
    /// All has come, of a file whose size or digest nobody has stated.
    ///
    /// - Returns: what has come.
    mutating func content() throws(VaultError) -> (size: UInt64, digest: ContentDigest) {
        if let failure { throw failure }
        do throws(SystemError) {
            if received == 0 { file.beginsToDiffer() }
            try handOverAll()
        } catch {
            failure = VaultError(error)
            throw VaultError(error)
        }
        guard received == file.offered.size ?? received, prefix.count == received, let digest = prefix.finish() else {
            failure = .digestMismatch
            throw .digestMismatch
        }
        giveBackRoom(beyond: received)
        return (received, digest)
    }

    /// Compares all that came with what the client says it sent.
    mutating func verify(_ digest: ContentDigest) throws(VaultError) {
        if let failure { throw failure }
        let isWhole = received == file.offered.size ?? received
        if isWhole, prefix.count == received, prefix.finish() == digest { return }
        failure = .digestMismatch
        throw .digestMismatch
    }

    /// The file as it is committed. Nothing more is taken.
    consuming func completed() -> CompleteFile {
        CompleteFile(file, size: received)
    }

    /// Closes it so that it can be gone on with later.
    ///
    /// - Returns: nil when nothing is left of it.
    consuming func park() -> ParkedFile? {
        if isHeldBack { received = file.durable }
        do throws(SystemError) {
            if failure == nil, file.isWorthKeeping(received) { try handOver() }
        } catch {
            failure = VaultError(error)
        }
        // A piece that came late would stand where another connection has written since.
        large?.cancel()
        return file.park(received: received, after: failure, prefix: prefix)
    }

    consuming func remove() {
        file.remove()
    }
}
