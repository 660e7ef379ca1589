import Domain
import Platform
import SQLite

/// The one thread that writes: opens the file, writes what it is told of, and looks after the file.
struct CatalogueWriter: ~Copyable {
    let catalogue: Catalogue
    var store: CatalogueStore?
    var rebuilding: Rebuilding?
    /// Of the place that the store is at.
    private var epoch = 0
    var attempts = Attempts()
    /// When the index may be compared with the folder again.
    var nextRebuilding = Instant(nanoseconds: 0)
    private var nextAnonymising = Instant(nanoseconds: 0)

    /// Seconds between two looks at what nobody tells of.
    private static let interval = 10.0
    /// Seconds that notes may wait for others.
    private static let delay = 0.3
    /// Notes that are written in one transaction.
    private static let together = 1000

    init(_ catalogue: Catalogue) {
        self.catalogue = catalogue
    }

    /// What is to be done.
    private struct Work {
        var notes: [CatalogueNote] = []
        var jobs: [Job] = []
        var findings: [Findings] = []
        var isEnding = false

        var isIdle: Bool { notes.isEmpty && jobs.isEmpty && findings.isEmpty }
    }

    mutating func run() {
        while true {
            waitForWork()
            follow()
            open()
            let work = takeWork()
            perform(work)
            lookAfter()
            if work.isIdle { try? store?.connection.releaseMemory() }
            if work.isEnding { break }
        }
        end()
    }

    // MARK: Waiting

    private func waitForWork() {
        if rebuilding?.sweepsFrom != nil || store == nil && attempts.isDue { return }
        let (epoch, isOpen) = (epoch, store != nil)
        // One that failed isn't tried again at once.
        let rebuildingPause = nextRebuilding.seconds(since: .now)
        let pause = isOpen ? rebuildingPause : attempts.seconds
        let seconds = pause > 0 ? min(Self.interval, pause + 0.001) : Self.interval
        let isUrgent: Bool? = catalogue.state.wait(before: .after(seconds: seconds)) { state in
            if state.isEnding || state.epoch != epoch || !state.jobs.isEmpty { return true }
            if !isOpen { return nil }
            let isToBeRebuilt = state.isStale && !state.isRebuilding && rebuildingPause == 0
            if !state.findings.isEmpty || state.isDamageSuspected || isToBeRebuilt { return true }
            return state.notes.isEmpty ? nil : false
        }
        guard isUrgent == false else { return }
        let _: Void? = catalogue.state.wait(before: .after(seconds: Self.delay)) { state in
            let isUrgent = state.isEnding || state.epoch != epoch || !state.jobs.isEmpty || !state.findings.isEmpty
            return isUrgent || state.notes.count >= Self.together ? () : nil
        }
    }

    private func takeWork() -> Work {
        let isOpen = store != nil
        return catalogue.state.change { state in
            var work = Work(isEnding: state.isEnding)
            if isOpen {
                work.notes = Array(state.notes.prefix(Self.together))
                // What was told of before is written first.
                if work.notes.count < state.notes.count { work.isEnding = false }
                (work.findings, state.findings) = (state.findings, [])
            }
            if work.notes.count == state.notes.count || !isOpen { (work.jobs, state.jobs) = (state.jobs, []) }
            return work
        }
    }

    // MARK: Opening

    /// Goes where the storage has gone.
    private mutating func follow() {
        let (current, isEnding) = catalogue.state.withLock { ($0.epoch, $0.isEnding) }
        if current != epoch {
            epoch = current
            close()
            attempts = Attempts()
        } else if !isEnding, store?.isInPlace == false {
            catalogue.report("catalogue-gone", "its file was removed or replaced: it is made anew")
            close()
        }
    }

    mutating func close() {
        store = nil
        rebuilding = nil
        epoch = catalogue.state.change { state in
            state.epoch += 1
            (state.isOpen, state.isRebuilding, state.findings) = (false, false, [])
            return state.epoch
        }
        catalogue.readers.close(all: true)
    }

    private mutating func open() {
        guard store == nil, attempts.isDue, let place = catalogue.state.withLock({ $0.place }) else { return }
        do throws(CatalogueError) {
            try openOrReplace(place)
            if let trouble = attempts.succeeded() { catalogue.report("catalogue-back", trouble, .info) }
            let isStale = store?.needsRebuilding == true
            catalogue.state.change { state in
                (state.isOpen, state.trouble) = (true, nil)
                if isStale { state.isStale = true }
            }
        } catch {
            fail(error.description)
        }
    }

    private mutating func openOrReplace(_ place: CataloguePlace) throws(CatalogueError) {
        do throws(CatalogueError) {
            store = try CatalogueStore.open(place)
        } catch {
            guard case .failed(let failure) = error, failure.meansDamage else { throw error }
            try replace(place, because: failure)
        }
    }

    /// Puts a damaged file aside, and saves what can be read of it.
    mutating func replace(_ place: CataloguePlace, because error: SQLiteError) throws(CatalogueError) {
        close()
        let old: String
        do throws(SystemError) {
            old = try place.putAside(at: currentUnixTime())
        } catch {
            throw .unavailable(error.description)
        }
        catalogue.report(
            "catalogue-damaged",
            "\(error.message): put aside as \(escaped(old)) and begun anew; no stored file is concerned")
        var fresh = try CatalogueStore.open(place)
        let saved = fresh.save(from: old)
        catalogue.report("catalogue-saved", "\(saved) links, sessions and lines of its log could be read", .info)
        store = consume fresh
        catalogue.state.change { $0.isOpen = true }
    }

    mutating func fail(_ text: String) {
        close()
        if attempts.failed(text) { catalogue.report("catalogue-away", text) }
        catalogue.state.change { $0.trouble = text }
    }

    // MARK: Doing

    private mutating func perform(_ work: Work) {
        guard store != nil else {
            let trouble = catalogue.trouble ?? "the catalogue isn't open"
            for job in work.jobs { job.refuse(.unavailable(trouble)) }
            return
        }
        if !work.notes.isEmpty {
            guard attempt({ writer throws(SQLiteError) in try writer.write(work.notes) }) else {
                for job in work.jobs { job.refuse(.busy) }
                return
            }
            catalogue.state.change { $0.notes.removeFirst(min(work.notes.count, $0.notes.count)) }
        }
        for job in work.jobs {
            let isDone = attempt { writer throws(SQLiteError) in
                guard writer.store != nil else { return job.refuse(.busy) }
                try writer.store?.run(job)
            }
            if !isDone { job.refuse(.busy) }
        }
        for findings in work.findings { _ = attempt { writer throws(SQLiteError) in try writer.take(findings) } }
    }

    private mutating func lookAfter() {
        _ = attempt { writer throws(SQLiteError) in
            try writer.checkDamage()
            try writer.sweep()
            try writer.beginRebuilding()
            try writer.anonymise()
        }
        catalogue.readers.close()
    }

    private mutating func checkDamage() throws(SQLiteError) {
        let isSuspected = catalogue.state.change { state in
            defer { state.isDamageSuspected = false }
            return state.isDamageSuspected
        }
        // Opened anew, nothing of it is believed that isn't on the disk.
        if isSuspected { return close() }
        if try store?.takeWish() == true { catalogue.rebuild() }
    }

    private mutating func anonymise() throws(SQLiteError) {
        guard let age = catalogue.anonymisesAfter, Instant.now >= nextAnonymising, store != nil else { return }
        let count = try store?.anonymise(before: currentUnixTime() - age) ?? 0
        nextAnonymising = Instant.now.advanced(bySeconds: count == 0 ? 3600 : 1)
        if count == 0 { store?.emptyLog() }
    }

    private mutating func end() {
        let isCurrent = catalogue.state.withLock { $0.notes.isEmpty && !$0.isStale && !$0.isRebuilding }
        if isCurrent { try? store?.noteIsCurrent(true) }
        close()
        catalogue.state.change { state in
            for job in state.jobs { job.refuse(.unavailable("the catalogue isn't open")) }
            state.jobs = []
            state.isEnding = false
        }
    }
}
