import Connections
import Platform

/// How long answers wait for others to share a flush or a write, while a client sends without a pause: a small file isn't left
/// unconfirmed behind a large one, who goes on sending what was refused is told, and a client that never reads fills no
/// memory.
struct AnswerDelay {
    private let seconds: Double
    private let bytes: Int
    /// Since when something waits to be answered, or an answer to be sent.
    private var begun: Instant?

    init(_ limits: Limits) {
        seconds = limits.commitDelay
        bytes = limits.queuedBytes
    }

    /// Something waits.
    mutating func begin(_ now: @autoclosure () -> Instant = .now) {
        if begun == nil { begun = now() }
    }

    /// All that could be answered is being sent.
    mutating func end() {
        begun = nil
    }

    /// - Parameter queuedBytes: of answers that wait to be sent.
    func isOver(queuedBytes: Int, _ now: @autoclosure () -> Instant = .now) -> Bool {
        if queuedBytes >= bytes { return true }
        guard let begun else { return false }
        return now().seconds(since: begun) >= seconds
    }
}
