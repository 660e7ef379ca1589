import Platform

// MARK: - What is held, and what is left out

extension Pass {
    /// What a file is held for before it is sent.
    func hold(_ file: FoundFile) -> HoldTable.Hold? {
        if let hold = memory.holds.hold(file, state) { return hold }
        guard minds, let hold = memory.appenders.holdOfSending(file, state, folder) else { return nil }
        return memory.holds.rest(of: hold, for: file, state)
    }

    /// What one that was confirmed is kept for before it is wiped.
    func holdOfConfirmed(_ file: FoundFile) -> HoldTable.Hold? {
        if let hold = memory.holds.holdOfDatabase(file, state) { return hold }
        guard minds, let hold = memory.appenders.hold(file, state) else { return nil }
        return memory.holds.rest(of: hold, for: file, state)
    }

    /// Whether somebody who appends is minded: not where a person wants files to be gone at once.
    private var minds: Bool { setup.planner.deletes && setup.planner.rules.settleSeconds > 0 }

    func saveHolds() {
        do throws(StateError) {
            try memory.holds.save(state)
            try memory.appenders.save(state)
        } catch {
            setup.warn("holds-not-recorded", error)
        }
    }

    func tellHeld(_ file: FoundFile, _ reason: String, _ seconds: Double?) {
        guard memory.holds.isNews(file.path) else { return }
        var line = LogLine("held", file.path)
        line.add("reason", reason)
        if let seconds { line.add("seconds", UInt64(max(0, seconds.rounded(.up)))) }
        setup.reporter.log(line)
    }

    /// A file that was held is sent all the same.
    func tellOver(_ file: DueFile) {
        guard !file.isToStay, memory.holds.isNewsOver(file.path) else { return }
        var line = LogLine("hold-over", file.path)
        line.add("reason", "it hasn't changed for so long that it is sent as it is")
        setup.reporter.log(line)
    }

    /// Tells how much is left out, whenever it is another number.
    func report(_ leftOut: LeftOut) {
        guard memory.told.isNews(leftOut) else { return }
        var line = LogLine("left-out")
        line.add("files", leftOut.files)
        line.add("folders", leftOut.folders)
        line.add("links", leftOut.links)
        line.add("special", leftOut.special)
        line.add("ignored", leftOut.ignored)
        setup.reporter.log(line)
    }
}
