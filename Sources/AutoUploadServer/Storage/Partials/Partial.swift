import Domain
import Measuring
import Platform
import Synchronization

/// An upload that isn't stored yet, from its first offer until it is published or given up: open in one connection at a time,
/// or parked. Connections hold it by a number; whoever comes later has the higher one, and the others have lost it.
///
/// Its lock is held for one call of the owner at a time, so that a newcomer waits for one piece of data, or one flush.
final class Partial: Sendable {
    let offered: OfferedFile
    let staging: StagingFolder
    /// Since when this process knows of it.
    let begun = Instant.now
    private let state: Monitor<PartialState>
    private let newcomers = Atomic(0)
    /// Bytes that have come, for people who look on.
    private let received = Atomic<UInt64>(0)

    /// What a newcomer has got.
    struct Claim {
        let owner: UInt64
        /// Bytes that are durable.
        let offset: UInt64
    }

    init(_ offered: OfferedFile, in staging: StagingFolder) {
        self.offered = offered
        self.staging = staging
        state = Monitor(PartialState(phase: .offered))
    }

    /// One that an earlier process has left.
    init(_ offered: OfferedFile, in staging: StagingFolder, parked: consuming ParkedFile) {
        self.offered = offered
        self.staging = staging
        state = Monitor(PartialState(phase: .parked(parked)))
    }

    /// Waits for nobody who has it.
    var underWay: UploadUnderWay {
        UploadUnderWay(
            key: UploadUnderWay.Key(user: offered.user, upload: offered.id), path: offered.path, size: offered.size,
            received: received.load(ordering: .relaxed))
    }

    var isOver: Bool { state.withLock { $0.isOver } }

    /// Whether somebody waits to take it over.
    var isWanted: Bool { newcomers.load(ordering: .relaxed) > 0 }
}

// MARK: - Coming

extension Partial {
    /// Becomes the owner's, from whoever has it. Waits for a commit that has begun.
    ///
    /// - Returns: nil when it is over: there is nothing to go on with.
    /// - Throws: `VaultError` when it can't be opened now; what is durable of it stays.
    func take() throws(VaultError) -> Claim? {
        newcomers.add(1, ordering: .relaxed)
        defer { newcomers.subtract(1, ordering: .relaxed) }
        while true {
            let answer = try state.withLock { state throws(VaultError) in try take(&state) }
            switch answer {
            case .taken(let claim): return claim
            case .over: return nil
            case .mustWait: state.wait { state -> Void? in state.isCommitting ? nil : () }
            }
        }
    }

    private enum Answer {
        case taken(Claim), over, mustWait
    }

    private func take(_ state: inout PartialState) throws(VaultError) -> Answer {
        if state.isOver { return .over }
        if state.isCommitting { return .mustWait }
        state.park()
        // Whoever had it has lost it, even if it can't be opened again now: there is nothing to take their bytes.
        state.owner += 1
        guard let offset = try open(&state) else { return .over }
        received.store(offset, ordering: .relaxed)
        return .taken(Claim(owner: state.owner, offset: offset))
    }

    /// - Returns: bytes that are durable.
    private func open(_ state: inout PartialState) throws(VaultError) -> UInt64? {
        switch state.take() {
        case .offered:
            state.phase = .incoming(try IncomingFile.create(offered, in: staging))
            return 0
        case .parked(let parked):
            do throws(VaultError) {
                state.phase = .incoming(try IncomingFile.reopen(parked, of: offered, in: staging))
                return parked.durable
            } catch {
                if error.leavesDurablePart {
                    state.phase = .parked(parked)
                    throw error
                }
                parked.remove(from: staging)
                return nil
            }
        case let other:
            state.phase = other
            return nil
        }
    }
}

// MARK: - Going on

extension Partial {
    /// Takes the next bytes.
    ///
    /// - Returns: why the upload can't go on, if so.
    func append(_ bytes: RawSpan, by owner: UInt64) -> VaultError? {
        withIncoming(of: owner) { file in
            received.add(UInt64(bytes.byteCount), ordering: .relaxed)
            staging.flusher.meter.received.add(UInt64(bytes.byteCount))
            file.append(bytes)
            return file.failure
        } ?? .some(.takenOver)
    }

    /// As `IncomingFile.content`.
    func content(by owner: UInt64) throws(VaultError) -> (size: UInt64, digest: ContentDigest) {
        let result = withIncoming(of: owner) { file in
            Result { () throws(VaultError) in try file.content() }
        }
        guard let result else { throw .takenOver }
        return try result.get()
    }

    /// As `IncomingFile.isHeldBack`.
    func holdBack(by owner: UInt64) {
        _ = withIncoming(of: owner) { $0.isHeldBack = true }
    }

    /// As `IncomingFile.makeDurable`.
    func makeDurable(by owner: UInt64) throws(VaultError) -> UInt64 {
        let result = withIncoming(of: owner) { file in
            Result { () throws(VaultError) in try file.makeDurable() }
        }
        guard let result else { throw .takenOver }
        return try result.get()
    }

    /// As `IncomingFile.read`.
    func read(_ count: Int, at offset: UInt64, by owner: UInt64) throws(VaultError) -> [UInt8] {
        let result = withIncoming(of: owner) { file in
            Result { () throws(VaultError) in try file.read(count, at: offset) }
        }
        guard let result else { throw .takenOver }
        return try result.get()
    }

    /// Bytes that are durable; nil when it isn't the owner's any more.
    func durable(by owner: UInt64) -> UInt64? {
        withIncoming(of: owner) { $0.file.durable }
    }

    /// Reads a piece of what an earlier connection has sent, for the digest.
    ///
    /// - Returns: whether there is more to be read.
    func readPrefix(by owner: UInt64) -> Bool {
        withIncoming(of: owner) { file in
            guard file.hasUnreadPrefix else { return false }
            file.readPrefix()
            return true
        } ?? false
    }

    /// - Returns: nil when it isn't the owner's any more, or nothing is taken any more.
    private func withIncoming<R>(of owner: UInt64, _ body: (inout IncomingFile) -> R) -> R? {
        state.withLock { state -> R? in
            guard state.owner == owner else { return nil }
            switch state.take() {
            case .incoming(var file):
                let result = body(&file)
                state.phase = .incoming(file)
                return result
            case let other:
                state.phase = other
                return nil
            }
        }
    }
}

// MARK: - Commit

extension Partial {
    /// Compares the digest; from then on until `endCommit` nobody takes it over. What can't be committed is parked.
    func beginCommit(_ digest: ContentDigest, _ rights: AccessRights, by owner: UInt64) throws(VaultError) {
        try state.withLock { state throws(VaultError) in
            guard state.owner == owner else { throw VaultError.takenOver }
            switch state.take() {
            case .incoming(var file):
                do throws(VaultError) {
                    try file.verify(digest)
                } catch {
                    state.park(file.park())
                    throw error
                }
                try beginCommit(file.completed(), rights, &state)
            case let other:
                state.phase = other
                throw VaultError.takenOver
            }
        }
    }

    private func beginCommit(
        _ file: consuming CompleteFile, _ rights: AccessRights, _ state: inout PartialState
    ) throws(VaultError) {
        do throws(VaultError) {
            try file.setAttributes(rights)
        } catch {
            state.park(file.park(after: error))
            throw error
        }
        state.phase = .complete(file)
    }

    /// Lends the file to who commits it.
    ///
    /// - Throws: `.takenOver` when it isn't being committed.
    func withComplete(_ body: (inout CompleteFile) throws(VaultError) -> Void) throws(VaultError) {
        try state.withLock { state throws(VaultError) in
            switch state.take() {
            case .complete(var file):
                let result = Result { () throws(VaultError) in try body(&file) }
                state.phase = .complete(file)
                try result.get()
            case let other:
                state.phase = other
                throw VaultError.takenOver
            }
        }
    }

    /// As `CompleteFile.publish`.
    func publish(
        to folder: Directory, as name: FileName, flushingNamingBy flusher: Flusher?
    ) throws(SystemError) -> FileIdentity {
        try state.withLock { state throws(SystemError) in
            switch state.take() {
            case .complete(let file):
                switch file.publish(to: folder, as: name, flushingNamingBy: flusher) {
                case .published(let identity):
                    state.phase = .published
                    return try identity.get()
                case .refused(let file, let error):
                    state.phase = .complete(file)
                    throw error
                }
            case let other:
                state.phase = other
                throw SystemError("publish what isn't to be committed", errno: .invalid)
            }
        }
    }

    /// Ends the owner's commit, if it has begun.
    ///
    /// - Parameter failure: why it wasn't stored; nil: it was, or the same content was there before.
    func endCommit(_ failure: VaultError?, by owner: UInt64) {
        state.change { state in
            // Nobody else becomes the owner while it is being committed.
            guard state.isCommitting, state.owner == owner else { return }
            guard let failure, case .complete(let file) = state.take() else { return state.remove(from: staging) }
            state.park(file.park(after: failure))
        }
    }
}

// MARK: - Going

extension Partial {
    /// Leaves it to be gone on with later.
    ///
    /// - Returns: bytes that are durable; nil when nothing is left of it, or it is somebody else's by now.
    func leave(by owner: UInt64) -> UInt64? {
        state.withLock { state in
            // What is being committed is as good as gone.
            guard state.owner == owner, !state.isCommitting else { return nil }
            state.park()
            return state.rest?.durable
        }
    }

    /// Removes it.
    func discard(by owner: UInt64) {
        state.withLock { state in
            if state.owner == owner, !state.isCommitting { state.remove(from: staging) }
        }
    }

    /// Removes it, whoever has it, for a newcomer that begins anew. Waits for a commit that has begun.
    func displace() {
        newcomers.add(1, ordering: .relaxed)
        defer { newcomers.subtract(1, ordering: .relaxed) }
        state.wait { state -> Void? in state.isCommitting ? nil : state.remove(from: staging) }
    }

    /// Parks it, whoever has it, for another process or vault to go on with: nothing more happens to its file through this one.
    /// Waits for a commit that has begun.
    func retire() {
        newcomers.add(1, ordering: .relaxed)
        defer { newcomers.subtract(1, ordering: .relaxed) }
        state.wait { state -> Void? in
            if state.isCommitting { return nil }
            state.park()
            state.phase = .over
            return ()
        }
    }

    /// Parks it, whoever has it: they have lost it. Waits for a commit that has begun.
    ///
    /// - Returns: what is left of it; nil: nothing.
    /// - Throws: `VaultError.beingStored` when that takes longer than until the deadline.
    func interrupt(before deadline: Deadline) throws(VaultError) -> (durable: UInt64, expires: Instant)? {
        newcomers.add(1, ordering: .relaxed)
        defer { newcomers.subtract(1, ordering: .relaxed) }
        let rest = state.wait(before: deadline) { state -> (durable: UInt64, expires: Instant)?? in
            if state.isCommitting { return nil }
            state.owner += 1
            state.park()
            return .some(state.rest.map { (durable: $0.durable, expires: $0.expires) })
        }
        guard let rest else { throw .beingStored }
        return rest
    }

    /// What is parked of it, the room that it takes, and until when it is kept; nil when a connection has it.
    var rest: (durable: UInt64, room: Reservation, expires: Instant)? { state.withLock { $0.rest } }

    /// Removes it if it has been parked for too long.
    ///
    /// - Returns: bytes that were durable; nil when it stays.
    func expire(_ now: Instant) -> UInt64? {
        state.withLock { state in
            guard let rest = state.rest, rest.expires <= now else { return nil }
            state.remove(from: staging)
            return rest.durable
        }
    }
}
