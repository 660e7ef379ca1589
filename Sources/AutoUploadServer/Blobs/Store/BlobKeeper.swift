import Connections
import Platform

/// The thread that opens a storage's blobs, removes those whose time is over, and tells of them.
struct BlobKeeper: ~Copyable {
    private let store: BlobStore
    private var shelf: BlobShelf?
    /// The shelf's database can't be reached: nobody gets it.
    private var isAway = false
    private var epoch = 0
    private var nextTry = Instant(nanoseconds: 0)
    private var pause = Self.shortestPause
    /// What was told to be the matter.
    private var told: String?
    /// When strays are looked for, and it is told how many blobs there are.
    private var nextRound = Instant(nanoseconds: 0)

    /// Seconds between two looks.
    private static let interval = 15.0
    private static let round = 3600.0
    private static let shortestPause = 1.0
    private static let longestPause = 60.0
    /// While a database is away.
    private static let awayPauses = 0.25...5.0

    init(_ store: BlobStore) {
        self.store = store
    }

    mutating func run() {
        while waitForWork() {
            follow()
            if shelf == nil || isAway { open() } else { lookAfter() }
        }
        setShelf(nil)
    }

    /// - Returns: false at the end.
    private func waitForWork() -> Bool {
        let epoch = epoch
        let isEnding: Bool? = store.state.wait(before: .after(seconds: seconds)) { state in
            if state.isEnding { return true }
            defer { state.isInDoubt = false }
            return state.epoch != epoch || state.isInDoubt ? false : nil
        }
        return isEnding != true
    }

    /// Until there is something to be done.
    private var seconds: Double {
        guard let shelf, !isAway else { return nextTry.seconds(since: .now) }
        if nextRound <= .now { return 0 }
        guard let next = try? shelf.rows.nextExpiry() else { return Self.interval }
        let left = Double(next &- BlobShelf.time()) / 1000
        return max(0.02, min(Self.interval, left))
    }

    /// Goes where the storage has gone.
    private mutating func follow() {
        let current = store.state.withLock { $0.epoch }
        if current != epoch {
            epoch = current
            shelf?.retire()
            (shelf, isAway) = (nil, false)
            (nextTry, pause) = (.now, Self.shortestPause)
        } else if let shelf, !shelf.place.isInPlace(shelf.folders) {
            fail("the storage folder isn't where it was")
        }
    }

    private mutating func open() {
        guard nextTry <= .now, let place = store.state.withLock({ $0.place }) else { return }
        do throws(BlobShelfError) {
            let opened: BlobShelf
            if let shelf { opened = try probed(shelf) } else { opened = try store.open(place) }
            if shelf == nil { store.report(keyOf: opened) }
            isAway = false
            setShelf(opened)
            (pause, nextRound) = (Self.shortestPause, .now)
            if told != nil { store.report("blobs-back", "blobs are kept and answered again", .info) }
            told = nil
        } catch {
            fail("\(error)", isPassing: error.isPassing)
        }
    }

    /// Uploads that came meanwhile go on with it.
    private func probed(_ shelf: BlobShelf) throws(BlobShelfError) -> BlobShelf {
        do throws(BlobRowsError) {
            try shelf.rows.probe()
            return shelf
        } catch {
            throw .rows(error)
        }
    }

    /// - Parameter isPassing: a database is away, which may be back at any moment. It is told once, whatever it says on its way.
    private mutating func fail(_ text: String, isPassing: Bool = false) {
        if isPassing, shelf != nil {
            isAway = true
            show(nil)
        } else {
            setShelf(nil)
        }
        let pauses = isPassing ? Self.awayPauses : Self.shortestPause...Self.longestPause
        pause = min(pause, pauses.upperBound)
        if isPassing, told == nil { pause = pauses.lowerBound }
        nextTry = Instant.now.advanced(bySeconds: pause)
        pause = min(2 * pause, pauses.upperBound)
        let matter = isPassing ? Self.away : text
        if told != matter { store.report("blobs-away", "blobs are refused: \(text)", .warning) }
        told = matter
    }

    private static let away = "the database is away"

    private mutating func setShelf(_ new: BlobShelf?) {
        let old = shelf
        (shelf, isAway) = (new, false)
        show(new)
        // Else what it keeps would come in the way of the next one's, under the same names.
        if old !== new { old?.retire() }
    }

    /// Gives a shelf to those who ask, or takes it from them.
    private func show(_ shelf: BlobShelf?) {
        let epoch = epoch
        store.state.change { if $0.epoch == epoch { $0.shelf = shelf } }
        store.reach.note(isInReach: shelf != nil)
    }

    private mutating func lookAfter() {
        guard let shelf else { return }
        do throws(BlobRowsError) {
            try shelf.removeExpired()
            guard nextRound <= .now else { return }
            try shelf.removeStrays()
            store.report(shelf)
            if let text = try shelf.rows.warning(for: store.rules) { store.report("blobs", text, .warning) }
            nextRound = Instant.now.advanced(bySeconds: Self.round)
        } catch {
            if !error.isBusy { fail(error.description, isPassing: error.isPassing) }
        }
    }
}
