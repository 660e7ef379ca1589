/// The table of all pauses, and of how soon what lasts is said again. What a server asks for is the least in any case.
extension RetryPolicy {
    // Of passes. A new start, SIGUSR1, SIGHUP and a pass that succeeds begin anew; what is marked by an asterisk (*) also does when
    // the addresses of this machine, or its clock, have changed.

    /// By how much chance makes these pauses longer, but for those of links and interfaces: what a thousand clients are refused for at
    /// the same moment, they don't try again at the same moment. Nobody comes before a server wants it.
    static let spreadOfCrowd = 1.0...1.25

    /// * A link that has worked before and broke. Confirmations, and offsets that are higher than ever, count as success.
    static let link = RetryPolicy(first: 2, factor: 2, longest: 60, spread: 0.75...1.25)
    /// An interface that comes up is to be noticed soon.
    static let interface = RetryPolicy(first: 5)
    /// * What gets better by itself: a server that can't be reached, or takes nobody for now; a folder that isn't there.
    static let passing = RetryPolicy()
    /// * The certificate of a captive portal, say, whose network is soon left. A wrong clock is set soon, too.
    static let untrusted = RetryPolicy(factor: 2, longest: 300)
    /// * What answers isn't our server: the same portal, or another program.
    static let stranger = RetryPolicy(factor: 2, longest: 600)
    /// A login that was denied must not be repeated by itself until the account is locked.
    static let turnedAway = RetryPolicy(factor: 2, longest: 3600)

    // Of files, told of at each try. A new start, SIGUSR1, SIGHUP and a change of the file begin anew.

    /// Refused for now before its bytes were sent: to ask costs little.
    static let refusedUnsent = RetryPolicy(first: 30, factor: 2, longest: 600)
    /// Refused for now after they were: to try again costs all of them.
    static let sentInVain = RetryPolicy(first: 30, factor: 2, longest: 4 * 3600)
    /// Refused until a person does something about it.
    static let refusedForGood = RetryPolicy(first: 3600, factor: 2, longest: 4 * 3600)
    /// This machine can't read it.
    static let unreadable = RetryPolicy(first: 300, factor: 2, longest: 4 * 3600)

    // Of files, told of once.

    /// It has settled, and somebody has it open for writing: to ask takes opening it.
    static let open = RetryPolicy(first: 10, factor: 2, longest: 300)
    /// It couldn't be wiped: somebody may have read it just then. To try again costs reading it, here and there.
    static let kept = RetryPolicy(first: 10, factor: 2, longest: 600)
    /// It can't be told whether somebody has it open.
    static let unproven = RetryPolicy(first: 60, factor: 2, longest: 3600)

    // Of what this machine looks after by itself.

    /// The disk had no room for the state, or took nothing: to try it anew takes writing all that has changed. Begins anew when
    /// the state was on the disk for `TellingAgain.steadySeconds`.
    static let disk = RetryPolicy(first: 0.5, factor: 2, longest: 60)
    /// To forget files that are gone takes going through all of the state.
    static let tidyingSeconds = 3600.0
    /// After a pass that the network may have failed, it is looked so often whether this machine is in another one.
    static let networkLookSeconds = 5.0

    // Of a single pass (`--once`): how often in a row it tries a link that broke when nothing comes of it, and for how long it
    // waits at most, a minute in all.

    static let mostFruitless = 5
    static let longestOfSinglePass = 60.0
}

/// How soon people are told again, in seconds, of what lasts.
enum TellingAgain {
    /// The passes fail, always by the same.
    static let failure = 3600.0
    /// The interface isn't there, or is down.
    static let interface = 3600.0
    /// The state is in memory only. In between it may have been on the disk for a moment: that isn't told.
    static let stateInMemory = 3600.0
    /// For so long it must have been there, to be told of at once when it isn't any more.
    static let steadySeconds = 600.0
    /// This user has no right to wipe files.
    static let wipeRights = 86_400.0
}
