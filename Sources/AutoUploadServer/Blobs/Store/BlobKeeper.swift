import Platform
import SQLite

/// The thread that opens a storage's blobs, removes those whose time is over, and tells of them.
struct BlobKeeper: ~Copyable {
    private let store: BlobStore
    private var shelf: BlobShelf?
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

    init(_ store: BlobStore) {
        self.store = store
    }

    mutating func run() {
        while waitForWork() {
            follow()
            if shelf == nil { open() } else { lookAfter() }
        }
        setShelf(nil)
    }

    /// - Returns: false at the end.
    private func waitForWork() -> Bool {
        let epoch = epoch
        let isEnding: Bool? = store.state.wait(before: .after(seconds: seconds)) { state in
            state.isEnding ? true : state.epoch != epoch ? false : nil
        }
        return isEnding != true
    }

    /// Until there is something to be done.
    private var seconds: Double {
        guard let shelf else { return nextTry.seconds(since: .now) }
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
            shelf = nil
            (nextTry, pause) = (.now, Self.shortestPause)
        } else if let shelf, !shelf.place.isInPlace(shelf.folders) {
            fail("the storage folder isn't where it was")
        }
    }

    private mutating func open() {
        guard nextTry <= .now, let place = store.state.withLock({ $0.place }) else { return }
        do throws(BlobShelfError) {
            let opened = try store.open(place)
            setShelf(opened)
            (pause, nextRound) = (Self.shortestPause, .now)
            store.report(keyOf: opened)
            if told != nil { store.report("blobs-back", "blobs are kept and answered again", .info) }
            told = nil
        } catch {
            fail("\(error)")
        }
    }

    private mutating func fail(_ text: String) {
        setShelf(nil)
        nextTry = Instant.now.advanced(bySeconds: pause)
        pause = min(2 * pause, Self.longestPause)
        if told != text { store.report("blobs-away", "blobs are refused: \(text)", .warning) }
        told = text
    }

    private mutating func setShelf(_ new: BlobShelf?) {
        shelf = new
        let epoch = epoch
        store.state.change { if $0.epoch == epoch { $0.shelf = new } }
    }

    private mutating func lookAfter() {
        guard let shelf else { return }
        do throws(SQLiteError) {
            try shelf.removeExpired()
            guard nextRound <= .now else { return }
            try shelf.removeStrays()
            store.report(shelf)
            nextRound = Instant.now.advanced(bySeconds: Self.round)
        } catch {
            fail(BlobShelfError.rows(error).description)
        }
    }
}
