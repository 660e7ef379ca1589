import Age
import Domain
import Platform

/// Reads and seals what comes next while what was sealed before is sent: by a thread of its own, some pieces ahead.
final class SealingAhead: Sendable {
    private struct State {
        /// That are sealed, and not given out yet.
        var pieces: [[UInt8]] = []
        /// To be filled again.
        var spare: [[UInt8]] = []
        var flaw: FileFlaw?
        /// How far the seal was used for all of these.
        var mark: SealMark?
        /// Nobody wants any more.
        var isOver = false
        /// No more comes.
        var hasEnded = false
    }

    fileprivate struct Work: ~Copyable {
        var sealing: ChunkSealing?
        var source: FileDescriptor?
    }

    private let state: Monitor<State>
    /// Belongs to the thread until it has ended.
    private let work: Monitor<Work>

    private static let chunksOfPiece = 4
    /// Enough that neither waits for the other's every step.
    private static let mostPieces = 4
    /// Bytes of content that are worth a thread.
    private static let worth: UInt64 = 2 << 20

    /// Whether it is worth it.
    static func helps(_ sealing: borrowing ChunkSealing) -> Bool {
        ProcessLimits.processors > 1 && sealing.remaining > worth
    }

    /// - Parameter source: whose position nobody else moves until `end`.
    init(_ sealing: consuming ChunkSealing, from source: consuming FileDescriptor) {
        state = Monitor(State(mark: sealing.mark))
        work = Monitor(Work(sealing: sealing, source: source))
    }

    /// - Throws: `SystemError` when there is no thread left; then `take` has the sealing.
    func start() throws(SystemError) {
        do throws(SystemError) {
            try Thread.detach { self.run() }
        } catch {
            state.withLock { $0.hasEnded = true }
            throw error
        }
    }

    /// How far the seal was used.
    var mark: SealMark? { state.withLock { $0.mark } }

    private enum Next {
        case piece([UInt8])
        case flaw(FileFlaw)
        case none
    }

    /// The next piece; nil after the last one.
    ///
    /// - Parameter used: a piece that isn't needed any more.
    func next(returning used: [UInt8]) throws(FileFlaw) -> [UInt8]? {
        let next = state.wait { state -> Next? in
            if !state.pieces.isEmpty { return .piece(state.pieces.removeFirst()) }
            if let flaw = state.flaw { return .flaw(flaw) }
            return state.hasEnded ? Next.none : nil
        }
        state.change { $0.spare.append(used) }
        switch next {
        case .piece(let piece): return piece
        case .flaw(let flaw): throw flaw
        case .none: return nil
        }
    }

    /// Ends the thread. Nobody reads the source any more when this returns.
    func end() {
        state.change { $0.isOver = true }
        state.wait { $0.hasEnded ? () : nil }
    }

    /// What it worked with, once it has ended.
    func take() -> ChunkSealing? {
        end()
        return work.withLock { $0.sealing.take() }
    }
}

// MARK: - The thread

extension SealingAhead {
    private func run() {
        while let room = awaitRoom() {
            if !fill(room) { break }
        }
        work.withLock { $0.source = nil }
        state.change { $0.hasEnded = true }
    }

    /// - Returns: a piece to be filled; nil when no more is wanted.
    private func awaitRoom() -> [UInt8]? {
        let room = state.wait { state -> [UInt8]?? in
            if state.isOver { return .some(nil) }
            return state.pieces.count < Self.mostPieces ? .some(state.spare.popLast() ?? []) : nil
        }
        return room
    }

    /// - Returns: whether more is to come.
    private func fill(_ room: [UInt8]) -> Bool {
        do throws(FileFlaw) {
            let (piece, mark, isOver) = try work.withLock { work throws(FileFlaw) in try Self.fill(room, &work) }
            state.change { state in
                state.pieces.append(piece)
                state.mark = mark
            }
            return !isOver
        } catch {
            state.change { $0.flaw = error }
            return false
        }
    }

    private static func fill(_ room: [UInt8], _ work: inout Work) throws(FileFlaw) -> ([UInt8], SealMark?, Bool) {
        var (piece, count) = (room, 0)
        let whole = chunksOfPiece * PayloadLayout.sealedChunkCount
        if piece.count != whole { piece = [UInt8](repeating: 0, count: whole) }
        var span = piece.mutableSpan
        while let next = work.nextCount, whole - count >= next { count += try work.sealNext(into: &span, at: count) }
        piece.removeLast(whole - count)
        return (piece, work.mark, work.nextCount == nil)
    }
}

extension SealingAhead.Work {
    /// Bytes that the next chunk takes; nil when there is none.
    fileprivate var nextCount: Int? {
        switch sealing {
        case .some(let sealing): sealing.isOver ? nil : sealing.nextCount
        case .none: nil
        }
    }

    fileprivate var mark: SealMark? {
        switch sealing {
        case .some(let sealing): sealing.mark
        case .none: nil
        }
    }

    fileprivate mutating func sealNext(
        into output: inout MutableSpan<UInt8>, at offset: Int
    ) throws(FileFlaw) -> Int {
        switch source {
        case .some(let source): try sealing?.sealNext(into: &output, at: offset, from: source) ?? 0
        case .none: throw .changed
        }
    }
}
