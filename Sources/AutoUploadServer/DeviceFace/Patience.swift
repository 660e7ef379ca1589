import Connections
import Domain
import Platform
import Transport

/// How long a connection waits for its client: until its login for a bounded time in all, then as long as the client gets on
/// with what it has unfinished.
struct Patience {
    private let idle: Double
    /// Nil once there is a login.
    private var loginDeadline: Deadline?
    /// Of the client, while it has an upload unfinished.
    private var pace: Pace
    private var verdict = Pace.Verdict.fine

    init(_ limits: Limits) {
        idle = limits.idle
        loginDeadline = .after(seconds: limits.login)
        pace = Pace(limits)
    }

    mutating func loggedIn() {
        loginDeadline = nil
    }
}

// MARK: - How long

extension Patience {
    /// Seconds that the next frame may take to come.
    func forNextFrame(hasUnfinished: Bool) -> Double {
        if let loginDeadline { return loginDeadline.remainingSeconds }
        return hasUnfinished ? pace.patience : idle
    }

    /// Seconds that a piece of data may take to come.
    var forPiece: Double { pace.patience }

    /// What may last so long, but not beyond the login's time while there is none.
    func bounded(_ seconds: Double) -> Deadline {
        let deadline = Deadline.after(seconds: seconds)
        return loginDeadline.map { min(deadline, $0) } ?? deadline
    }
}

// MARK: - Pace

extension Patience {
    /// Nothing is unfinished: what comes next is judged anew.
    mutating func beginAnew() {
        pace.beginAnew()
    }

    /// As `Pace.allowReading`.
    mutating func allowReading(_ bytes: UInt64) {
        pace.allowReading(bytes)
    }

    /// Takes in that so many bytes came in that time, of what is unfinished.
    ///
    /// - Throws: `timedOut` when the client doesn't get on with it.
    mutating func note(_ bytes: Int, since begun: Instant, until end: Instant = .now) throws(LinkError) {
        verdict = pace.note(bytes, after: end.seconds(since: begun))
        if verdict != .fine { throw .timedOut }
    }

    /// What a client is told that was waited for too long.
    var refusal: Refusal { verdict == .slow ? .tooSlow : .tooSilent }
}
