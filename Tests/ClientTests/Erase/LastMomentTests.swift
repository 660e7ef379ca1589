import Foundation
import Glibc
import Platform
import Testing
import Wire

@testable import AutoUploadClient

/// What others do while a wipe is under way, up to its decision.
@Suite("Wiping, at the last moment")
struct LastMomentTests {
    private let recordings: RecordingsFolder
    private let state: ClientState

    init() throws {
        recordings = try RecordingsFolder()
        state = try recordings.openState()
        try recordings.write("secret", to: "sub/a")
    }

    private func wipe(_ hook: StepHook) throws -> WipeOutcome {
        let eraser = hook.install(in: Eraser(folder: recordings.watched, state: state))
        return try recordings.wipe(recordings.request("sub/a"), eraser)
    }

    private var wipingPath: String? {
        recordings.scan().interruptedWipes.first.map { recordings.path($0.description) }
    }

    @Test("somebody opens the file under its wiping name")
    func noticesOpening() throws {
        let outcome = try wipe(
            StepHook(before: .flushName) { [recordings] in
                // Fails, but asks for the lease to be given up.
                if let path = recordings.scan().interruptedWipes.first {
                    _ = try? recordings.watched.open(path, .reading)
                }
            })
        #expect(outcome == .kept(reason: "somebody opened it at the last moment"))
        try expectUntouched()
    }

    @Test(
        "who opens the file under its own name meets no lease, and keeps it from being wiped",
        arguments: [WipeStep.look, .record, .rename])
    func meetsNoLease(_ step: WipeStep) throws {
        let text = Shared<String?>(nil)
        let holder = Shared<Holder?>(nil)
        let outcome = try wipe(
            StepHook(before: step) { [recordings] in
                text.withLock { $0 = try? recordings.text(of: "sub/a") }
                holder.withLock { $0 = try? Holder(recordings.watched.open(.of("sub/a"), .readingAndWriting)) }
            })
        #expect(text.withLock { $0 } == "secret")
        #expect(outcome == .kept(reason: "somebody has it open"))
        try expectUntouched()
        #expect(holder.withLock { $0 } != nil)
    }

    @Test("a mapping counts as somebody who has it open, though its file was closed")
    func noticesMapping() throws {
        let file = unsafe open(recordings.path("sub/a"), O_RDWR | O_CLOEXEC)
        let mapping = unsafe mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
        _ = close(file)
        #expect(unsafe mapping != MAP_FAILED)
        let eraser = Eraser(folder: recordings.watched, state: state)
        #expect(try eraser.wipe([recordings.request("sub/a")]) == [.kept(reason: "somebody has it open")])
        try expectUntouched()
        unsafe munmap(mapping, 4096)
        #expect(try recordings.wipe(recordings.request("sub/a"), eraser).isWiped)
    }

    private final class Holder: Sendable {
        let descriptor: FileDescriptor
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
    }

    private func expectUntouched() throws {
        #expect(try recordings.everything() == ["sub", "sub/a"])
        #expect(try recordings.text(of: "sub/a") == "secret")
        #expect(try state.wipeRecords().isEmpty)
    }

    @Test("a rewrite whose time was put back shows until the renaming")
    func noticesRewriting() throws {
        let path = try LocalPath.of("sub/a")
        let time = try recordings.watched.directory(of: path).status(of: path.name).modified
        let outcome = try wipe(
            StepHook(before: .rename) { [recordings] in
                guard let file = try? recordings.watched.open(.of("sub/a"), .readingAndWriting) else { return }
                try? file.write(Array("SECRET".utf8))
                try? file.setModified(time)
            })
        #expect(outcome == .kept(reason: "it was changed at the last moment"))
        #expect(try recordings.text(of: "sub/a") == "SECRET")
    }

    @Test("a recorder puts another file in its place")
    func noticesReplacement() throws {
        try recordings.write("another recording", to: "b")
        let outcome = try wipe(
            StepHook(before: .rename) { [recordings] in
                try? recordings.move("b", to: "sub/a")
            })
        #expect(outcome.isKept)
        #expect(try recordings.everything() == ["sub", "sub/a"])
        #expect(try recordings.text(of: "sub/a") == "another recording")
        #expect(try state.wipeRecords().isEmpty)
    }

    @Test("somebody makes a hard link", arguments: [WipeStep.rename, .flushName])
    func noticesLink(_ step: WipeStep) throws {
        let outcome = try wipe(
            StepHook(before: step) { [recordings] in
                let name = recordings.scan().interruptedWipes.first?.description ?? "sub/a"
                try? recordings.hardLink(name, as: "kept")
            })
        #expect(outcome == .kept(reason: "it was changed at the last moment"))
        #expect(try recordings.everything() == ["kept", "sub", "sub/a"])
        #expect(try recordings.text(of: "sub/a") == "secret")
    }

    @Test("somebody makes a hard link after the decision: what it shows isn't overwritten")
    func noticesLateLink() throws {
        let outcome = try wipe(
            StepHook(before: .decide) { [recordings] in
                guard let hidden = recordings.scan().interruptedWipes.first else { return }
                try? recordings.hardLink(hidden.description, as: "kept")
            })
        #expect(outcome.isUnfinished)
        #expect(try recordings.text(of: "kept") == "secret")
        // Once it is the only name again, the wipe goes on.
        try FileManager.default.removeItem(atPath: recordings.path("kept"))
        let eraser = Eraser(folder: recordings.watched, state: state)
        #expect(eraser.finishInterrupted(recordings.scan().interruptedWipes).map(\.isWiped) == [true])
        #expect(try recordings.everything() == ["sub"])
    }

    @Test("a file that got its name back can be opened while others of its batch are still being wiped")
    func releasesLease() throws {
        try recordings.write("another", to: "b")
        let requests = try [recordings.request("sub/a"), recordings.request("b")]
        let read = Shared<String?>(nil)
        let hook = StepHook { [recordings] (_, step) throws(SystemError) in
            // Asks for the lease to be given up, and fails: what makes the client put it back.
            if step == .flushName {
                for path in recordings.scan().interruptedWipes where !path.folders.isEmpty {
                    _ = try? recordings.bytes(of: path)
                }
            }
            if step == .overwrite { read.withLock { $0 = try? recordings.text(of: "sub/a") } }
        }
        let outcomes = hook.install(in: Eraser(folder: recordings.watched, state: state)).wipe(requests)
        // A child of another test may hold the other one open: then there was nothing to be seen.
        guard outcomes[1].isWiped else { return }
        #expect(outcomes[0].isKept)
        #expect(read.withLock { $0 } == "secret")
    }

    @Test("somebody sets its time")
    func noticesTouch() throws {
        let outcome = try wipe(
            StepHook(before: .rename) { [recordings] in
                try? FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: recordings.path("sub/a"))
            })
        #expect(outcome == .kept(reason: "it was changed at the last moment"))
        #expect(try recordings.everything() == ["sub", "sub/a"])
    }

    @Test("a newcomer takes the name that the file should have back: both stay")
    func keepsBoth() throws {
        let hook = StepHook { [recordings] (_, step) throws(SystemError) in
            guard step == .decide else { return }
            _ = try? recordings.write("newcomer", to: "sub/a")
            throw .injected
        }
        let outcome = try wipe(hook)
        #expect(outcome.isUnfinished)
        #expect(try recordings.text(of: "sub/a") == "newcomer")
        let hidden = recordings.scan().interruptedWipes
        #expect(try hidden.map { try recordings.bytes(of: $0) } == [Array("secret".utf8)])

        // As long as the name is taken, nothing changes; then the file gets it back.
        let eraser = Eraser(folder: recordings.watched, state: state)
        #expect(eraser.finishInterrupted(hidden).map(\.isKept) == [true])
        #expect(recordings.scan().interruptedWipes == hidden)
        #expect(try recordings.text(of: "sub/a") == "newcomer")
        try FileManager.default.removeItem(atPath: recordings.path("sub/a"))
        #expect(eraser.finishInterrupted(hidden).map(\.isKept) == [true])
        #expect(try recordings.everything() == ["sub", "sub/a"])
        #expect(try recordings.text(of: "sub/a") == "secret")
        #expect(try state.wipeRecords().isEmpty)
    }

    @Test("another file comes to stand under the wiping name after the decision: it isn't removed")
    func checksNameBeforeRemoval() throws {
        let hook = StepHook(before: .truncate) { [recordings] in
            guard let hidden = recordings.scan().interruptedWipes.first else { return }
            try? FileManager.default.moveItem(
                atPath: recordings.path(hidden.description), toPath: recordings.path("elsewhere"))
            _ = try? recordings.write("precious", to: hidden.description)
        }
        #expect(try wipe(hook).isUnfinished)
        let hidden = recordings.scan().interruptedWipes
        #expect(try hidden.map { try recordings.bytes(of: $0) } == [Array("precious".utf8)])
    }
}
