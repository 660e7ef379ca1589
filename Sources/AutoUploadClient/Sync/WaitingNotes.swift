import Platform
import Wire

/// Why a file has to wait, and until when: kept in memory only, so that a new start tries everything.
final class WaitingNotes {
    struct Note: Hashable, Sendable {
        let until: Instant
        /// For people, escaped.
        let reason: String
        /// Whether just that file is on the server, and waits to be wiped only.
        var isConfirmed = false
        /// Whether it counts as work that isn't done all the same.
        var remains = false
        /// What is told of it.
        var kind = FileStanding.Kind.refused
    }

    /// How long a file has to wait, and whether people don't know why yet.
    struct Pause: Hashable, Sendable {
        let seconds: Double
        let isNews: Bool
    }

    private struct Entry {
        var fingerprint: Fingerprint
        var note: Note?
        var warned: Set<String> = []
        /// How often in a row it failed for the reason of the note.
        var failures = 0
    }

    private var entries: [LocalPath: Entry] = [:]

    /// What the file waits for.
    ///
    /// - Returns: nil when it needn't wait, also when it has changed since.
    func note(for path: LocalPath, _ fingerprint: Fingerprint, at now: Instant) -> Note? {
        guard let entry = entries[path], entry.fingerprint == fingerprint, let note = entry.note else { return nil }
        return note.until > now ? note : nil
    }

    /// Lets a file wait, each time for longer as long as the reason is the same.
    func wait(
        _ path: LocalPath, _ fingerprint: Fingerprint, _ policy: RetryPolicy, reason: String,
        isConfirmed: Bool = false, remains: Bool = false, as kind: FileStanding.Kind = .refused, at now: Instant = .now
    ) -> Pause {
        // To hide a file and to give its name back sets its change time: it is the same one.
        if entries[path]?.fingerprint.mayStillBe(fingerprint) == true { entries[path]?.fingerprint = fingerprint }
        let isNews = warn(path, fingerprint, reason)
        let isRepeated = entries[path]?.note?.reason == reason
        let failures = (isRepeated ? entries[path]?.failures ?? 0 : 0) + 1
        let seconds = policy.pause(after: failures)
        entries[path]?.failures = failures
        entries[path]?.note = Note(
            until: now.advanced(bySeconds: seconds), reason: reason, isConfirmed: isConfirmed, remains: remains,
            kind: kind)
        return Pause(seconds: seconds, isNews: isNews)
    }

    /// Whether somebody had it open for writing when that was last asked, and it hasn't changed since.
    func wasOpen(_ path: LocalPath, _ fingerprint: Fingerprint) -> Bool {
        guard let entry = entries[path], entry.fingerprint == fingerprint else { return false }
        return entry.note?.kind == .open
    }

    /// Nobody has it open any more.
    func wasClosed(_ path: LocalPath) {
        entries[path]?.note = nil
        entries[path]?.failures = 0
    }

    /// A person asks for another try of everything.
    func forgetPauses() {
        for path in Array(entries.keys) {
            entries[path]?.note = nil
            entries[path]?.failures = 0
        }
    }

    /// Remembers that a person was told something about a file.
    ///
    /// - Returns: whether that is new.
    func warn(_ path: LocalPath, _ fingerprint: Fingerprint, _ reason: String) -> Bool {
        var entry = entries[path] ?? Entry(fingerprint: fingerprint)
        if entry.fingerprint != fingerprint { entry = Entry(fingerprint: fingerprint) }
        let isNew = entry.warned.insert(reason).inserted
        entries[path] = entry
        return isNew
    }

    /// Forgets files that are gone.
    func keep(where isThere: (LocalPath) -> Bool) {
        if entries.isEmpty { return }
        entries = entries.filter { isThere($0.key) }
    }
}
