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
    }

    private struct Entry {
        let fingerprint: Fingerprint
        var note: Note?
        var warned: Set<String> = []
        /// How often in a row it failed.
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

    /// Lets a file wait.
    ///
    /// - Returns: whether nobody was told this about the file before.
    func wait(
        _ path: LocalPath, _ fingerprint: Fingerprint, until: Instant, reason: String, isConfirmed: Bool = false
    ) -> Bool {
        let isNew = warn(path, fingerprint, reason)
        entries[path]?.note = Note(until: until, reason: reason, isConfirmed: isConfirmed)
        return isNew
    }

    /// Lets a file wait that has failed, each time for longer.
    ///
    /// - Returns: for how many seconds.
    func wait(_ path: LocalPath, _ fingerprint: Fingerprint, _ policy: RetryPolicy, reason: String) -> Double {
        _ = warn(path, fingerprint, reason)
        let failures = (entries[path]?.failures ?? 0) + 1
        let seconds = policy.pause(after: failures)
        entries[path]?.failures = failures
        entries[path]?.note = Note(until: Instant.now.advanced(bySeconds: seconds), reason: reason)
        return seconds
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
    func keep(only paths: Set<LocalPath>) {
        if entries.isEmpty { return }
        entries = entries.filter { paths.contains($0.key) }
    }
}
