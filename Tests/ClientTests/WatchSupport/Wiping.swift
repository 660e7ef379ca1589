import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Transport

@testable import AutoUploadClient

extension FileTag {
    /// Of a file that isn't on this machine.
    static let elsewhere = FileTag(Array(repeating: 9, count: byteCount)) ?? .unstated
}

extension RecordingsFolder {
    /// A request as the engine makes it: the file is read now, and the server confirmed just that.
    func request(_ path: LocalPath, tag: FileTag = .elsewhere) throws -> WipeRequest {
        try Births.preventing {
            let file = try watched.open(path, .reading)
            let digest = try #require(ContentHasher.digest(of: file.readAll(limit: 1 << 28)))
            let remotePath = try RemotePath(Array("clip".utf8))
            return WipeRequest(
                path: path, fingerprint: Fingerprint(try file.status()), digest: digest, remotePath: remotePath,
                storedPath: remotePath, fileTag: tag)
        }
    }

    func request(_ path: String) throws -> WipeRequest { try request(.of(path)) }

    /// Wipes one file, while no other test starts a child: until that is another program, it holds copies of every descriptor, and
    /// the file would seem to be open elsewhere.
    func wipe(_ request: WipeRequest, _ eraser: Eraser) throws -> WipeOutcome {
        try wipe([request], eraser)[0]
    }

    func wipe(_ requests: [WipeRequest], _ eraser: Eraser) throws -> [WipeOutcome] {
        Births.preventing { eraser.wipe(requests) }
    }

    /// Every name below the watched folder, folders too.
    func everything() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: watched.path).sorted()
    }
}

extension Eraser {
    /// The same on a file system of which nobody knows how names are made to last.
    var distrustingRenames: Eraser {
        var eraser = self
        eraser.keepsRenames = { _ in false }
        return eraser
    }
}

extension WipeOutcome {
    var isWiped: Bool { if case .wiped = self { true } else { false } }
    var isKept: Bool { if case .kept = self { true } else { false } }
    var isUnfinished: Bool { if case .unfinished = self { true } else { false } }

    var reason: String {
        switch self {
        case .wiped: ""
        case .kept(let reason), .unfinished(let reason): reason
        }
    }
}

/// Fails at chosen steps, or does something else there.
final class StepHook: Sendable {
    private let taken = Monitor<[WipeStep]>([])
    private let action: @Sendable (Int, WipeStep) throws(SystemError) -> Void

    /// - Parameter action: is told how many steps went before, and which this is.
    init(_ action: @escaping @Sendable (Int, WipeStep) throws(SystemError) -> Void = { _, _ in }) {
        self.action = action
    }

    /// Does something just before a step.
    convenience init(before step: WipeStep, _ action: @escaping @Sendable () -> Void) {
        self.init { _, current in if current == step { action() } }
    }

    /// Fails one step.
    convenience init(failing step: WipeStep) {
        self.init { (_, current) throws(SystemError) in if current == step { throw SystemError.injected } }
    }

    var steps: [WipeStep] { taken.withLock { $0 } }

    func install(in eraser: Eraser) -> Eraser {
        var eraser = eraser
        eraser.before = { [self] (step) throws(SystemError) in
            let number = taken.withLock { steps in
                steps.append(step)
                return steps.count - 1
            }
            try action(number, step)
        }
        return eraser
    }
}

extension SystemError {
    static let injected = SystemError("go on", "for the test's sake", errno: .inputOutput)
}
