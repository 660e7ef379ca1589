import Platform
import Synchronization
import Wire

/// An upload that isn't stored yet, from its first offer until it is published or given up: open in one connection at a time,
/// or parked. Connections hold it by a number; whoever comes later has the higher one, and the others have lost it.
///
/// Its lock is held for one call of the owner at a time, so that a newcomer waits for one piece of data, or one flush.
final class Partial: Sendable {
    let offered: OfferedFile
    private let staging: StagingFolder
    private let state: Monitor<State>
    private let newcomers = Atomic(0)

    private struct State: ~Copyable {
        var open: StagedFile?
        var parked: ParkedFile?
        var owner: UInt64 = 0
        /// It is being published: nobody takes it over now.
        var isCommitting = false
        /// Nothing is left of it, and nothing comes of it any more.
        var isOver = false
    }

    /// What a newcomer has got.
    struct Claim {
        let owner: UInt64
        /// Bytes that are durable.
        let offset: UInt64
    }

    /// How an owner leaves it behind.
    enum Rest: Equatable {
        case nothing
        case parked(UInt64)
        /// It is somebody else's by now.
        case takenOver
    }

    init(_ offered: OfferedFile, in staging: StagingFolder) {
        self.offered = offered
        self.staging = staging
        state = Monitor(State())
    }

    /// One that an earlier process has left.
    init(_ offered: OfferedFile, in staging: StagingFolder, parked: consuming ParkedFile) {
        self.offered = offered
        self.staging = staging
        state = Monitor(State(parked: parked))
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

    private func take(_ state: inout State) throws(VaultError) -> Answer {
        if state.isOver { return .over }
        if state.isCommitting { return .mustWait }
        park(&state)
        // Whoever had it has lost it, even if it can't be opened again now: there is nothing to take their bytes.
        state.owner += 1
        if !state.isOver { try open(&state) }
        guard let offset = state.open?.durable else { return .over }
        return .taken(Claim(owner: state.owner, offset: offset))
    }

    private func open(_ state: inout State) throws(VaultError) {
        guard let parked = state.parked.take() else { return try create(&state) }
        do throws(VaultError) {
            state.open = try StagedFile.reopen(parked, of: offered, in: staging)
        } catch {
            if error.leavesDurablePart {
                state.parked = consume parked
                throw error
            }
            parked.remove(from: staging)
            state.isOver = true
        }
    }

    private func create(_ state: inout State) throws(VaultError) {
        do throws(VaultError) {
            state.open = try StagedFile.create(offered, in: staging)
        } catch {
            state.isOver = true
            throw error
        }
    }
}

// MARK: - Going on

extension Partial {
    /// Takes the next bytes.
    ///
    /// - Returns: why the upload can't go on, if so.
    func append(_ bytes: RawSpan, by owner: UInt64) -> VaultError? {
        state.withLock { state in
            guard isOwned(by: owner, state) else { return .takenOver }
            state.open?.append(bytes)
            return state.open?.failure
        }
    }

    /// Reads a piece of what an earlier connection has sent, for the digest.
    ///
    /// - Returns: whether there is more to be read.
    func readPrefix(by owner: UInt64) -> Bool {
        state.withLock { state in
            guard isOwned(by: owner, state), state.open?.hasUnreadPrefix ?? false else { return false }
            state.open?.readPrefix()
            return true
        }
    }

    private func isOwned(by owner: UInt64, _ state: borrowing State) -> Bool {
        state.owner == owner && !state.isOver
    }
}

// MARK: - Commit

extension Partial {
    /// Compares the digest; from then on until `endCommit` nobody takes it over.
    func beginCommit(_ digest: ContentDigest, _ rights: AccessRights, by owner: UInt64) throws(VaultError) {
        try state.withLock { state throws(VaultError) in
            guard isOwned(by: owner, state) else { throw VaultError.takenOver }
            do throws(VaultError) {
                try state.open?.verify(digest)
                try state.open?.setAttributes(rights)
            } catch {
                // Of what can be gone on with, all is made durable when it is left.
                if !error.leavesDurablePart { state.open?.fail(error) }
                throw error
            }
            state.isCommitting = true
        }
    }

    /// Lends the file to who commits it.
    func withFile<R, E: Error>(_ body: (inout StagedFile) throws(E) -> R) throws(E) -> R? {
        try state.withLock { state throws(E) in
            guard state.isCommitting, var file = state.open.take() else { return nil }
            let result = Result { () throws(E) in try body(&file) }
            state.open = consume file
            return try result.get()
        }
    }

    /// Ends the owner's commit, if it has begun.
    ///
    /// - Parameter failure: why it wasn't stored; nil: it was, or the same content was there before.
    func endCommit(_ failure: VaultError?, by owner: UInt64) {
        state.change { state in
            // Nobody else becomes the owner while it is being committed.
            guard state.isCommitting, state.owner == owner else { return }
            state.isCommitting = false
            let isPublished = state.open?.isPublished ?? false
            if let failure, !isPublished {
                // What the storage did to it has been noted already; a name that is taken does nothing to it.
                if !failure.leavesDurablePart { state.open?.fail(failure) }
            } else {
                remove(&state)
            }
        }
    }
}

// MARK: - Going

extension Partial {
    /// Leaves it to be gone on with later.
    func leave(by owner: UInt64) -> Rest {
        state.withLock { state in
            // What is being committed is as good as gone.
            guard isOwned(by: owner, state), !state.isCommitting else { return .takenOver }
            park(&state)
            guard let durable = state.parked?.durable else { return .nothing }
            return .parked(durable)
        }
    }

    /// Removes it.
    func discard(by owner: UInt64) {
        state.withLock { state in
            if isOwned(by: owner, state), !state.isCommitting { remove(&state) }
        }
    }

    /// Removes it, whoever has it, for a newcomer that begins anew. Waits for a commit that has begun.
    func displace() {
        newcomers.add(1, ordering: .relaxed)
        defer { newcomers.subtract(1, ordering: .relaxed) }
        state.wait { state -> Void? in state.isCommitting ? nil : remove(&state) }
    }

    /// Parks it, whoever has it, for another process or vault to go on with: nothing more happens to its file through this one.
    /// Waits for a commit that has begun.
    func retire() {
        newcomers.add(1, ordering: .relaxed)
        defer { newcomers.subtract(1, ordering: .relaxed) }
        state.wait { state -> Void? in
            if state.isCommitting { return nil }
            park(&state)
            state.parked = nil
            state.isOver = true
            return ()
        }
    }

    /// What is parked of it, and until when it is kept; nil when a connection has it.
    var rest: (durable: UInt64, expires: Instant)? {
        state.withLock { state in
            guard let durable = state.parked?.durable, let expires = state.parked?.expires else { return nil }
            return (durable, expires)
        }
    }

    /// Removes it if it has been parked for too long.
    ///
    /// - Returns: bytes that were durable; nil when it stays.
    func expire(_ now: Instant) -> UInt64? {
        state.withLock { state in
            guard let expires = state.parked?.expires, expires <= now else { return nil }
            let durable = state.parked?.durable
            remove(&state)
            return durable
        }
    }

    private func park(_ state: inout State) {
        guard let open = state.open.take() else { return }
        state.parked = open.park()
        if state.parked == nil { state.isOver = true }
    }

    private func remove(_ state: inout State) {
        state.open?.remove()
        state.open = nil
        if let parked = state.parked.take() { parked.remove(from: staging) }
        state.isOver = true
    }
}
