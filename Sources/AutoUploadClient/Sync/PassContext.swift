import Platform

/// What passes are made with, one after the other: what each reads, and what outlives it.
struct PassContext {
    var setup: PassSetup
    let memory: PassMemory

    /// To tell why files wait; what it counts is of one pass.
    func troubles() -> Troubles {
        Troubles(notes: memory.notes, reporter: setup.reporter)
    }
}

/// What a pass reads: a person's wishes, and the ways to the server and to people.
struct PassSetup {
    let planner: Planner
    let target: ServerTarget
    let transfer: TransferGuard
    let reporter: Reporter
    var selection = FileSelection()
    var order = SendingOrder()
    var rateLimit = RateSchedule()
    var askingAgain: AskingAgain?
    var removesEmptyFolders = false
    /// Goes on while files are sent.
    var sendingCommand: String?
    /// For how long an empty folder must have stood so before it goes.
    var quietSeconds = EmptyFolders.quietSeconds
    /// Between the making of one day's encrypted folder and the next one's, at least.
    var secondsBetweenDays = EncryptionKeys.secondsBetweenDays
    /// Where the keys of encrypted folders are, which go with the last of what they were for.
    var keyFolder: String?
    /// Grades the wipes of a pass: what is mounted may be another medium by the next.
    var makeGrading: @Sendable () -> ErasureGrading = { ErasureGrading() }
    /// Seconds without a word of ours after which the server hears a ping.
    var pingSeconds = 30.0
    /// Seconds from one look at a file that is being sent to the next: whether it still is what it was.
    var lookSeconds = 1.0
    /// For tests, which wipe on file systems that aren't there.
    var prepareEraser: (Eraser) -> Eraser = { $0 }
}

extension PassSetup {
    /// What an engine needs of it.
    var sending: Engine.Terms {
        Engine.Terms(
            user: target.user, transfer: transfer, reporter: reporter, pingSeconds: pingSeconds,
            lookSeconds: lookSeconds, rateLimit: rateLimit)
    }

    func warn(_ event: String, _ error: StateError) {
        var line = LogLine(event, level: .warning)
        line.add("reason", error.description)
        reporter.log(line)
    }
}
