import Foundation
import Platform
import TestSupport

/// What is to go wrong with a program's calls of the file system, and what has: the page that the program's copy of the
/// library looks at, so that it can be changed while the program runs. Used by one thread.
final class FaultPlan {
    private let scratch: ScratchFolder
    private let page: FileHandle
    private let folders: [String]
    private var traces = 0

    /// The fields of struct control (Tests/FaultInjection/faults.h), in their order; eight bytes each.
    private enum Field: UInt64 {
        case counted, fired, first, last, calls, error, late, kind, clock
    }

    /// - Parameter folders: what is counted: calls that concern these, or what is below them.
    init(folders: [String]) throws {
        scratch = try ScratchFolder("plan")
        self.folders = folders
        try scratch.write([UInt8](repeating: 0, count: 4096), to: "control")
        page = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.path("control")))
        try set(.calls, .max)
    }

    /// What a program must have in its environment to be subject to the plan.
    ///
    /// - Parameter traced: writes down what it does; each program that is given this environment needs one of its own.
    func environment(traced: Bool = false) throws -> [String: String] {
        var environment = [
            "LD_PRELOAD": try FaultLibrary.path.get(), "AUTO_UPLOAD_FAULT_CONTROL": scratch.path("control"),
            "AUTO_UPLOAD_FAULT_FOLDERS": folders.joined(separator: ":"),
        ]
        if traced {
            environment["AUTO_UPLOAD_FAULT_TRACE"] = scratch.path("trace-\(traces)")
            traces += 1
        }
        return environment
    }

    /// What was written down so far, by one program after another.
    func trace() throws -> [TraceRecord] {
        try (0..<traces).flatMap { try TraceRecord.all(in: scratch.bytes(of: "trace-\($0)")) }
    }
}

// MARK: - What is to go wrong

/// How a call fails.
enum Fault: Hashable, Sendable {
    case error(Errno)
    /// The call is made, and said to have failed.
    case lateError(Errno)
    /// A read or write takes half of the bytes; other calls are left alone.
    case short
    /// The program is killed (SIGKILL) before it makes the call.
    case kill
    /// The call waits until `FaultPlan.stop`.
    case hold

    static let noSpace = Fault.error(.noSpace)
    static let inputOutput = Fault.error(.inputOutput)
    static let interrupted = Fault.error(.interrupted)
}

extension Fault {
    /// As struct control has it: an errno, or `enum special`.
    fileprivate var number: UInt64 {
        switch self {
        case .error(let errno), .lateError(let errno): UInt64(errno.rawValue)
        case .short: 0
        case .kill: 1 << 16
        case .hold: 2 << 16
        }
    }
}

/// Calls that a plan tells apart: `enum call` of Tests/FaultInjection/faults.h.
enum FileCall: UInt64, CaseIterable {
    case open, close, read, write, seek, truncate, allocate, flush, flushAll, startWriteback, rename, link, unlink
    case makeFolder, list, status, freeSpace, attributes, lock, lease, duplicate, advise
}

extension FaultPlan {
    /// Makes calls fail, counted from 1 and from now.
    func fail(_ numbers: ClosedRange<UInt64>, with fault: Fault, calls: [FileCall] = FileCall.allCases) throws {
        try set(.first, 0)
        try set(.calls, calls.reduce(0) { $0 | 1 << $1.rawValue })
        try set(.error, fault.number)
        if case .lateError = fault { try set(.late, 1) } else { try set(.late, 0) }
        try set(.counted, 0)
        try set(.fired, 0)
        try set(.last, numbers.upperBound)
        try set(.first, numbers.lowerBound)
    }

    /// Makes every such call fail until `stop`.
    func failAlways(with fault: Fault, calls: [FileCall]) throws {
        try fail(1 ... .max, with: fault, calls: calls)
    }

    /// Nothing fails any more.
    func stop() throws {
        try set(.first, 0)
    }

    /// Makes the wall clock wrong.
    func shiftClock(seconds: Int64) throws {
        try set(.clock, UInt64(bitPattern: seconds))
    }

    /// Waits until a call has met the plan.
    func waitUntilFired() throws {
        guard try eventually({ try hasFired }) else { throw Failure("no call met the plan") }
    }

    /// Whether a call was made to fail.
    var hasFired: Bool { get throws { try field(.fired) > 0 } }

    var counted: UInt64 { get throws { try field(.counted) } }

    /// The call that was made to fail last.
    var failedCall: FileCall? { get throws { try hasFired ? FileCall(rawValue: field(.kind)) : nil } }

    private func set(_ field: Field, _ value: UInt64) throws {
        try page.seek(toOffset: field.rawValue * 8)
        try page.write(contentsOf: Data((0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }))
    }

    private func field(_ field: Field) throws -> UInt64 {
        try page.seek(toOffset: field.rawValue * 8)
        guard let bytes = try page.read(upToCount: 8), bytes.count == 8 else { throw Failure("no control page") }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
