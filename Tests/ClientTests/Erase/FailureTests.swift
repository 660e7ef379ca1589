import Platform
import Synchronization
import Testing
import Wire

@testable import AutoUploadClient

/// Wipes that fail, or end with the program, at every step in turn.
@Suite("Wiping, step by step")
struct FailureTests {
    private static let paths = ["a/1", "a/2", "b/1", "3"]
    /// More than a wipe of these takes.
    private static let mostSteps = 44

    /// What a run was begun with, and what there is to tell about it.
    private struct Run {
        let recordings: RecordingsFolder
        let hook: StepHook
        let outcomes: [WipeOutcome]
    }

    private func run(_ action: @escaping @Sendable (Int, WipeStep) throws(SystemError) -> Void) throws -> Run {
        let recordings = try RecordingsFolder()
        for path in Self.paths { try recordings.write("content of \(path)", to: path) }
        let state = try recordings.openState()
        let requests = try Self.paths.map { try recordings.request($0) }
        for request in requests { try state.record(try confirmation(request.path, request.fingerprint)) }
        let hook = StepHook(action)
        let eraser = hook.install(in: Eraser(folder: recordings.watched, state: state).distrustingRenames)
        return Run(recordings: recordings, hook: hook, outcomes: eraser.wipe(requests))
    }

    /// Whatever happened: a file is whole under its own name, or it isn't there under it at all.
    private func expectNothingHalf(_ run: Run, _ step: Int) throws {
        for (path, outcome) in zip(Self.paths, run.outcomes) {
            let text = try run.recordings.text(of: path)
            #expect(text == nil || text == "content of \(path)", "step \(step), \(path)")
            #expect(!outcome.isKept || text != nil, "step \(step), \(path): \(outcome)")
            #expect(outcome.isKept || text == nil, "step \(step), \(path): \(outcome)")
        }
    }

    /// After a restart nothing is left over, and the files that are gone are those that were decided upon.
    private func recover(_ run: Run, _ step: Int) throws {
        let state = try run.recordings.openState()
        let wasDecided = try Set(state.wipeRecords().filter(\.isDecided).map(\.path))
        let interrupted = run.recordings.scan().interruptedWipes
        _ = Eraser(folder: run.recordings.watched, state: state).distrustingRenames.finishInterrupted(interrupted)
        #expect(run.recordings.scan().interruptedWipes.isEmpty, "step \(step)")
        #expect(try state.wipeRecords().isEmpty, "step \(step)")
        for (path, outcome) in zip(Self.paths, run.outcomes) {
            let isGone = try run.recordings.text(of: path) == nil
            #expect(try isGone == (wasDecided.contains(.of(path)) || outcome.isWiped), "step \(step), \(path)")
            #expect(try (state.confirmation(of: .of(path)) == nil) == isGone, "step \(step), \(path)")
        }
        try expectWhole(run, step)
    }

    private func expectWhole(_ run: Run, _ step: Int) throws {
        for path in Self.paths {
            let text = try run.recordings.text(of: path)
            #expect(text == nil || text == "content of \(path)", "step \(step), \(path)")
        }
    }

    @Test("a program that ends before any step leaves nothing half", arguments: 0..<mostSteps)
    func survivesEnd(_ last: Int) throws {
        let run = try run { (number, _) throws(SystemError) in if number >= last { throw .injected } }
        try expectWhole(run, last)
        try recover(run, last)
    }

    @Test("an error at any step leaves nothing half", arguments: 0..<mostSteps)
    func survivesError(_ failing: Int) throws {
        let run = try run { (number, _) throws(SystemError) in if number == failing { throw .injected } }
        try expectNothingHalf(run, failing)
        try recover(run, failing)
    }

    @Test("an error at every step but the first so many, of one kind", arguments: WipeStep.allCases)
    func survivesErrors(_ failing: WipeStep) throws {
        let run = try run { (_, step) throws(SystemError) in if step == failing { throw .injected } }
        let isUndoable = [.look, .record, .rename, .open, .flushRenamed, .flushName, .decide].contains(failing)
        let isWayBack = [.putBack, .flushBack, .cancel].contains(failing)
        #expect(run.outcomes.allSatisfy { isWayBack ? $0.isWiped : isUndoable ? $0.isKept : $0.isUnfinished })
        try recover(run, 0)
    }

    @Test("a run takes fewer steps than are tried")
    func triesAllSteps() throws {
        let run = try run { (_, _) throws(SystemError) in }
        #expect(run.outcomes.allSatisfy { $0.isWiped })
        #expect(run.hook.steps.count < Self.mostSteps)
        #expect(Set(run.hook.steps).count == WipeStep.allCases.count - 3)
    }
}
