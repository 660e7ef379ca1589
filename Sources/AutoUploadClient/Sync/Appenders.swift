import Platform
import Transport

/// Files that come again soon after they were wiped. Perhaps somebody appends to them, and closes them each time: they would
/// fall apart, one piece for each append. Or somebody writes them anew each time, and what they held would be lost if they weren't
/// sent. So they are sent like others, but stay for twice as long as one came after the other. Where one grows meanwhile behind
/// what was confirmed, somebody appends, and it isn't sent either before that time is over.
final class Appenders {
    private let time: () -> Int64
    /// Whether those that grew still begin with what was confirmed.
    private var judged: [LocalPath: (fingerprint: Fingerprint, grows: Bool)] = [:]
    private var unsaved: [LocalPath: Int64] = [:]

    /// What is larger isn't read only to find that out: it is taken as written anew, and sent.
    private static let mostBytes: UInt64 = 64 * 1024 * 1024

    init(time: @escaping () -> Int64 = currentUnixTime) {
        self.time = time
    }

    /// These files are there, and no others.
    func begin(_ files: [FoundFile]) {
        if judged.isEmpty { return }
        let paths = Set(files.map(\.path))
        judged = judged.filter { paths.contains($0.key) }
    }

    /// For how long the file must not have changed before it is wiped.
    func hold(_ file: FoundFile, _ state: ClientState) -> HoldTable.Hold? {
        guard let wiped = try? state.wipedPath(file.path), isRecent(wiped) else { return nil }
        let gap = max(wiped.gap, gap(from: wiped, to: file))
        guard gap > 0 else { return nil }
        if gap > wiped.gap { unsaved[file.path] = gap }
        let seconds = min(2 * Double(gap), HoldTable.day)
        let reason =
            "a file of its path was wiped, and \(gap) s after its last change this one came: somebody may append"
        return HoldTable.Hold(seconds: seconds, reason: reason)
    }

    /// For how long it must not have changed before it is sent.
    func holdOfSending(_ file: FoundFile, _ state: ClientState, _ folder: WatchedFolder) -> HoldTable.Hold? {
        guard let hold = hold(file, state), let record = try? state.confirmation(of: file.path),
            record.fingerprint.identity == file.fingerprint.identity, record.fingerprint.size < file.fingerprint.size
        else { return nil }
        if judged[file.path]?.fingerprint != file.fingerprint {
            judged[file.path] = (file.fingerprint, begins(file, with: record, folder))
        }
        return judged[file.path]?.grows == true ? hold : nil
    }

    private func isRecent(_ wiped: WipedPath) -> Bool {
        let (age, overflow) = time().subtractingReportingOverflow(wiped.wipedAt)
        return !overflow && (0..<WipedPath.memorySeconds).contains(age)
    }

    /// Whole seconds, rounded up; 0 where the clocks don't tell.
    private func gap(from wiped: WipedPath, to file: FoundFile) -> Int64 {
        let born = file.fingerprint.identity.born
        let isBirthKnown = born != FileTime(seconds: 0, nanoseconds: 0)
        // The time of a change moves on with each one.
        guard isBirthKnown || wiped.gap == 0 else { return 0 }
        let first = isBirthKnown ? born : file.fingerprint.changed
        let (gap, overflow) = first.seconds.subtractingReportingOverflow(wiped.changed)
        return !overflow && (0..<WipedPath.memorySeconds).contains(gap) ? gap + 1 : 0
    }

    private func begins(_ file: FoundFile, with record: ConfirmationRecord, _ folder: WatchedFolder) -> Bool {
        let size = record.fingerprint.size
        guard size <= Self.mostBytes, let descriptor = try? folder.open(file.path, .readingQuietly) else {
            return false
        }
        var hasher = ContentHasher()
        guard (try? hasher.update(reading: size, of: descriptor)) == size else { return false }
        return hasher.finalize() == record.digest
    }

    /// Writes down how soon files came again.
    func save(_ state: ClientState) throws(StateError) {
        defer { unsaved = [:] }
        try state.setGaps(unsaved)
    }
}
