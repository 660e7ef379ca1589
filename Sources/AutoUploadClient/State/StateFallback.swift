import Platform
import SQLite

// MARK: - A disk without room

extension ClientState {
    /// When the disk is looked at again.
    struct Fallback: Sendable {
        private let policy: RetryPolicy
        /// Tries in a row since the state was on the disk for long.
        private var tries = 0
        private var next = Instant(nanoseconds: 0)
        /// When it may have been on the disk for so long that it wasn't for a moment only, and when people may be told again.
        private var steady = Instant(nanoseconds: 0)
        private var nextTelling = Instant(nanoseconds: 0)
        private var isTold = false

        init(_ policy: RetryPolicy) {
            self.policy = policy
        }

        mutating func begin(_ folder: String, because reason: String) {
            // On a nearly full disk each try may succeed, and the next change fail.
            if Instant.now >= steady { tries = 0 }
            postpone()
            guard Instant.now >= steady || Instant.now >= nextTelling else { return }
            nextTelling = Instant.now.advanced(bySeconds: TellingAgain.stateInMemory)
            isTold = true
            Self.tell(folder, reason)
        }

        /// The state is on the disk again.
        mutating func end(_ folder: String) {
            steady = Instant.now.advanced(bySeconds: TellingAgain.steadySeconds)
            guard isTold else { return }
            isTold = false
            var line = LogLine("state-on-disk")
            line.add("folder", folder)
            Log.write(line)
        }

        private static func tell(_ folder: String, _ reason: String) {
            var line = LogLine("state-in-memory", level: .warning)
            line.add("folder", folder)
            line.add("reason", reason)
            line.add(
                "advice",
                "free some room there or make it writable, or name another place by --state: until then what is done is remembered no longer "
                    + "than this program runs")
            Log.write(line)
        }

        /// Whether it is time for another try.
        mutating func isDue() -> Bool {
            guard Instant.now >= next else { return false }
            postpone()
            return true
        }

        private mutating func postpone() {
            // More make no difference: the pause is the longest by far.
            tries = min(tries + 1, 100)
            next = Instant.now.advanced(bySeconds: policy.pause(after: tries))
        }
    }

    /// Goes over to the disk, if there is room by now: at the end of a pass, after which the program may end.
    func moveToDisk() {
        store.withLock { moveToDisk(&$0, atOnce: true) }
    }

    /// The first file that is wiped may have made room. Where that is little, the next change may find none again, and each
    /// move takes writing all of the state: in the midst of a pass it has to be enough for the reserve.
    func moveToDisk(_ store: inout StateStore, atOnce: Bool = false) {
        guard let fallback, !store.isDurable,
            atOnce || fallback.withLock({ $0.isDue() }) && StateReserve.hasRoom(in: folder)
        else { return }
        do throws(StateError) {
            store = try store.moved(to: folder)
            fallback.withLock { $0.end(folder) }
        } catch {
            // It has been told; there is another try.
        }
    }

    func moveToMemory(_ store: inout StateStore, because error: SQLiteError) -> Bool {
        guard let fallback, store.isDurable, error.meansNoRoom || StateFiles.isReadOnly(folder) else { return false }
        do throws(StateError) {
            store = try StateStore.inMemory(insteadOf: folder)
        } catch {
            return false
        }
        fallback.withLock { $0.begin(folder, because: error.message) }
        return true
    }
}
