import Platform
import SQLite

/// Tries to open a file that couldn't be opened, or written to.
struct Attempts {
    private var told: String?
    private var pause = Attempts.first
    private var next = Instant(nanoseconds: 0)

    private static let first = 1.0
    private static let longest = 60.0

    var isDue: Bool { Instant.now >= next }
    /// Until the next.
    var seconds: Double { next.seconds(since: .now) }

    /// - Returns: whether this is news.
    mutating func failed(_ text: String) -> Bool {
        next = Instant.now.advanced(bySeconds: pause)
        pause = min(pause * 2, Self.longest)
        defer { told = text }
        return told != text
    }

    /// - Returns: what was told to be the matter.
    mutating func succeeded() -> String? {
        defer { self = Attempts() }
        return told
    }
}

extension CatalogueWriter {
    /// Does something with the store.
    ///
    /// - Returns: whether that succeeded. Where it didn't, what is to be done about it has been.
    mutating func attempt(_ body: (inout CatalogueWriter) throws(SQLiteError) -> Void) -> Bool {
        guard store != nil else { return false }
        do throws(SQLiteError) {
            try body(&self)
            return true
        } catch {
            deal(with: error)
            return false
        }
    }

    private mutating func deal(with error: SQLiteError) {
        guard let place = store?.place else { return }
        if error.meansDamage {
            do throws(CatalogueError) {
                try replace(place, because: error)
                catalogue.rebuild()
            } catch {
                fail(error.description)
            }
        } else if error.meansDefect {
            // It would fail each time: whatever it was, the folder knows better.
            catalogue.state.change { state in
                state.notes = []
                state.isStale = true
            }
            catalogue.report("catalogue-lost", "lines of its log may be missing: \(error)")
            rebuilding = nil
            nextRebuilding = Instant.now.advanced(bySeconds: 60)
            catalogue.state.change { $0.isRebuilding = false }
        } else {
            fail("the catalogue can't be written: \(error)" + (error.meansLocked ? "; another program locks it" : ""))
        }
    }
}

extension SQLiteError {
    /// Neither the file nor the disk is at fault, nor somebody else.
    fileprivate var meansDefect: Bool { !meansDamage && !meansLocked && !mayMeanFullDisk && !meansOutside }
}

extension Catalogue {
    func report(_ event: String, _ text: String, _ level: LogLevel = .warning) {
        var line = LogLine(event, level: level)
        line.add("text", text)
        tell(line)
    }
}
