package import Connections
package import Platform
import SQLite
import Synchronization

/// The blobs of a storage, opened and looked after by a thread of its own: where that fails, blobs are refused, and nobody else is
/// concerned.
package final class BlobStore: Sendable {
    package let rules: BlobRules
    /// That has the rows; nil: they lie beside the blobs.
    private let database: BlobDatabase?
    package let reach = BlobReach()
    let state = Monitor(State())
    let counts = Counts()
    private let draw: @Sendable () -> UInt64
    /// Told what an admin should know, a line at a time.
    private let tell: @Sendable (LogLine) -> Void

    struct State: TendedState {
        var place: BlobPlace?
        /// Counts the places that were used one after another.
        var epoch = 0
        var shelf: BlobShelf?
        /// The database was found to be down.
        var isInDoubt = false
        var isEnding = false
        var hasEnded = true
    }

    /// Since they were last told.
    struct Counts: ~Copyable, Sendable {
        let kept = Atomic<UInt64>(0)
        let read = Atomic<UInt64>(0)
    }

    /// - Parameters:
    ///   - database: that has the rows; nil: they lie beside the blobs.
    ///   - draw: a random number, of which 53 bits become a blob's name.
    ///   - tell: is told of troubles, of their end, and each hour of how many there are.
    package init(
        _ rules: BlobRules, in database: BlobDatabase? = nil,
        drawing draw: @escaping @Sendable () -> UInt64 = { .random(in: 0 ... .max) },
        tellingOf tell: @escaping @Sendable (LogLine) -> Void = { Log.write($0) }
    ) {
        (self.rules, self.database, self.draw, self.tell) = (rules, database, draw, tell)
    }

    /// Opens the blobs of a storage, once they can be. This returns at once.
    package func start(at place: BlobPlace) throws(SystemError) {
        try state.start { state in
            (state.place, state.shelf) = (place, nil)
            state.epoch += 1
        } tending: { [self] in
            var keeper = BlobKeeper(self)
            keeper.run()
        }
    }

    /// - Parameter seconds: to wait at most.
    package func end(within seconds: Double = 5) { state.end(within: seconds) }

    /// Waits until blobs can be kept, for tests and measurements.
    package func awaitOpening(within seconds: Double) -> Bool {
        let isOpen: Void? = state.wait(before: .after(seconds: seconds)) { $0.shelf == nil ? nil : () }
        return isOpen != nil
    }

    /// - Throws: `.away` while they can't be reached.
    func shelf() throws(BlobTrouble) -> BlobShelf {
        guard let shelf = state.withLock({ $0.shelf }) else {
            reach.noteRefusal()
            throw .away
        }
        return shelf
    }

    func open(_ place: BlobPlace) throws(BlobShelfError) -> BlobShelf {
        do throws(BlobShelfError) {
            return try BlobShelf(place, rules, in: database, draw: draw) { [weak self] in
                self?.state.change { $0.isInDoubt = true }
            }
        } catch {
            guard error.meansDamage else { throw error }
            report(
                "blobs-damaged", "\(error): it is put aside as rows.sqlite.broken, and made anew from the files",
                .warning)
            do throws(SystemError) {
                try place.putRowsAside(in: try place.open())
            } catch {
                throw .folders(error)
            }
            return try BlobShelf(place, rules, draw: draw)
        }
    }

    func report(_ event: String, _ text: String, _ level: LogLevel) {
        var line = LogLine(event, level: level)
        line.add("text", text)
        tell(line)
    }

    func report(keyOf shelf: BlobShelf) {
        if let trouble = shelf.onionTrouble { report("onion-key-away", trouble, .warning) }
        guard let key = shelf.onionKey else { return }
        var line = LogLine("onion-key")
        line.add("key", key.publicPart)
        tell(line)
    }

    func report(_ shelf: BlobShelf) {
        guard let total = try? shelf.rows.total() else { return }
        var line = LogLine("blobs")
        line.add("there", total.count)
        line.add("bytes", total.charge)
        line.add("kept", counts.kept.exchange(0, ordering: .relaxed))
        line.add("read", counts.read.exchange(0, ordering: .relaxed))
        tell(line)
    }
}
