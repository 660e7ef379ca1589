import Platform
import Testing

@testable import AutoUploadClient

/// The disk that holds the state has no room any more in the midst of a wipe.
@Suite("Wiping while the state loses its room")
struct LostRoomTests {
    /// What the state was to take when there was no room for it.
    enum Change: String, CaseIterable {
        case record = "INSERT"
        case decide = "UPDATE"
    }

    @Test("no content goes under a name that a crash would take for a whole file's", arguments: Change.allCases)
    func requiresLasting(_ change: Change) throws {
        let recordings = try RecordingsFolder()
        let requests = try (0..<5).map { number in
            try recordings.write("content of \(number)", to: "\(number)")
            return try recordings.request("\(number)")
        }
        // It goes back to the disk when it is told to, however long this takes.
        let state = try ClientState.open(
            folder: recordings.statePath, orInMemory: true, trying: RetryPolicy(first: 86_400))
        try state.leaveNoRoom(after: "\(change.rawValue) ON main.wipes")
        let faults = Monitor<[String]>([])
        let hook = StepHook(before: .overwrite) {
            let found = Self.faults(recordings)
            faults.withLock { $0 += found }
        }
        let eraser = hook.install(in: Eraser(folder: recordings.watched, state: state))
        var outcomes = try recordings.wipe(requests, eraser)
        if change == .decide {
            // Renamed there and back, they have changed for who read them before: they are read anew.
            #expect(!outcomes.contains { $0.isWiped } && !hook.steps.contains(.overwrite))
            outcomes = try recordings.wipe(requests.indices.map { try recordings.request("\($0)") }, eraser)
        }
        #expect(outcomes.allSatisfy { $0.isWiped }, "\(outcomes)")
        #expect(hook.steps.count { $0 == .overwrite } == requests.count)
        #expect(hook.steps.count { $0 == .record } == requests.count + 1, "the first time was in vain: \(hook.steps)")
        #expect(faults.withLock { $0 } == [])
        state.moveToDisk()
        #expect(state.isDurable)
        #expect(try state.wipeRecords().isEmpty)
    }

    /// What a crash would do harm to, just before content goes.
    private static func faults(_ recordings: RecordingsFolder) -> [String] {
        let hidden = recordings.scan().interruptedWipes
        guard let records = try? ClientState.openToRead(folder: recordings.statePath).wipeRecords() else {
            return ["the state on the disk can't be read"]
        }
        let undecided = Set(records.filter { !$0.isDecided }.map(\.id.wipingName))
        let restored = hidden.filter { undecided.contains($0.name) }.map { "\($0) would get its name back" }
        return hidden.count == 1 ? restored : restored + ["\(hidden.count) files bear wiping names without records"]
    }
}
