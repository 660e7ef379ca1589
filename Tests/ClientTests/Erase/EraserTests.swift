import Foundation
import Platform
import Testing
import Wire

@testable import AutoUploadClient

@Suite("Wiping")
struct EraserTests {
    private let recordings: RecordingsFolder
    private let state: ClientState
    private let eraser: Eraser

    init() throws {
        recordings = try RecordingsFolder()
        state = try recordings.openState()
        eraser = Eraser(folder: recordings.watched, state: state)
    }

    @Test(
        "removes what was confirmed, and nothing else",
        arguments: ["a", "deep/er/a", "with\nnewline", String(repeating: "n", count: 255), "-"])
    func wipes(_ path: String) throws {
        try recordings.write("secret", to: path)
        try recordings.write("other", to: "other")
        try state.record(try confirmation(.of(path), recordings.request(path).fingerprint))
        #expect(try recordings.wipe(recordings.request(path), eraser).isWiped)
        #expect(recordings.scan().files.map(\.path.description) == ["other"])
        #expect(recordings.scan().interruptedWipes.isEmpty)
        #expect(try recordings.text(of: "other") == "other")
        #expect(try state.wipeRecords().isEmpty)
        #expect(try state.confirmation(of: .of(path)) == nil)
    }

    @Test("goes through its steps in their order")
    func keepsOrder() throws {
        try recordings.write("secret", to: "a")
        let hook = StepHook()
        #expect(try recordings.wipe(recordings.request("a"), hook.install(in: eraser.distrustingRenames)).isWiped)
        #expect(hook.steps.suffix(13) == WipeStep.allCases.prefix(13))
    }

    @Test("flushes a file anew under its new name where that is known to last, never; elsewhere each")
    func flushesRenamed() throws {
        for (eraser, count) in [(eraser, 0), (eraser.distrustingRenames, 3)] {
            for path in ["a/1", "a/2", "b/1"] { try recordings.write("x", to: path) }
            let requests = try ["a/1", "a/2", "b/1"].map { try recordings.request($0) }
            let hook = StepHook()
            #expect(try recordings.wipe(requests, hook.install(in: eraser)).allSatisfy { $0.isWiped })
            #expect(hook.steps.count { $0 == .flushRenamed } == count)
        }
    }

    @Test("removes empty files, sparse files of many GiB, and read-only ones where that is allowed")
    func wipesSpecialFiles() throws {
        try recordings.write("", to: "empty")
        try recordings.write("x", to: "sparse")
        try recordings.watched.open(.of("sparse"), .readingAndWriting).truncate(to: 1 << 42)
        try recordings.write("x", to: "readonly")
        try recordings.setPermissions(0o400, of: "readonly")
        let sparse = try sparseRequest("sparse")
        let requests = [try recordings.request("empty"), sparse, try recordings.request("readonly")]
        let outcomes = try recordings.wipe(requests, eraser)
        #expect(outcomes[..<2].allSatisfy { $0.isWiped })
        #expect(outcomes[2].isWiped || !ProcessLimits.isRoot)
        #expect(try recordings.text(of: "readonly") == (outcomes[2].isKept ? "x" : nil))
    }

    @Test("many at a time, some of which stay")
    func wipesBatches() throws {
        let paths = (0..<100).map { "folder\($0 % 7)/\($0)" }
        for path in paths { try recordings.write(path, to: path) }
        let requests = try paths.map { try recordings.request($0) }
        for path in paths.dropLast(90) { try recordings.write(path + "changed", to: path) }
        let outcomes = try recordings.wipe(requests, eraser)
        #expect(outcomes.prefix(10).allSatisfy { $0 == .kept(reason: "it has changed since it was read") })
        #expect(outcomes.dropFirst(10).allSatisfy { $0.isWiped })
        #expect(Set(recordings.scan().files.map(\.path)) == Set(try paths.prefix(10).map { try LocalPath.of($0) }))
    }

    @Test("shares the flushes of folders")
    func sharesFlushes() throws {
        for path in ["a/1", "a/2", "b/1"] { try recordings.write("x", to: path) }
        let hook = StepHook()
        let requests = try ["a/1", "a/2", "b/1"].map { try recordings.request($0) }
        #expect(hook.install(in: eraser).wipe(requests).count == 3)
        let counts = Dictionary(hook.steps.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(counts[.record] == 1 && counts[.decide] == 1 && counts[.end] == 1)
        #expect(counts[.flushName] == 2 && counts[.flushRemoval] == 2)
    }

    @Test("the same file twice goes once")
    func wipesOnce() throws {
        try recordings.write("x", to: "a")
        let request = try recordings.request("a")
        let outcomes = eraser.wipe([request, request])
        #expect(outcomes.filter { $0.isWiped }.count <= 1)
        #expect(outcomes[1].isKept)
    }

    @Test("nothing to do is fine")
    func wipesNothing() {
        #expect(eraser.wipe([]).isEmpty)
        #expect(eraser.finishInterrupted([]).isEmpty)
    }

    /// Reading a sparse file of TiB takes its time, and its digest doesn't matter here.
    private func sparseRequest(_ name: String) throws -> WipeRequest {
        let path = try LocalPath.of(name)
        let confirmation = try confirmation(path)
        let fingerprint = Fingerprint(try recordings.watched.open(path, .reading).status())
        return WipeRequest(
            path: path, fingerprint: fingerprint, digest: confirmation.digest, remotePath: confirmation.remotePath,
            storedPath: confirmation.storedPath, fileTag: .elsewhere)
    }
}
