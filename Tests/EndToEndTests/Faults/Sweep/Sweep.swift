import Foundation
import Platform
import TestSupport
import Testing

/// "Fail the Nth call", for N = 1, 2, … until a job comes to its end without meeting the failure.
struct Sweep: Sendable, CustomTestStringConvertible {
    /// The shares that the numbers are dealt into, so that they run side by side.
    static let shares = 2
    /// One kind of failure after the other.
    static let faults: [Fault] = [
        .inputOutput, .noSpace, .interrupted, .short, .error(.overQuota),
        .lateError(.inputOutput), .error(.tooManyOpenFiles),
    ]

    let share: Int

    static let all = (0..<shares).map(Sweep.init)

    /// With AUTO_UPLOAD_SOAK=full each call fails in every way; else some calls, each in one way.
    static let isFull = ProcessInfo.processInfo.environment["AUTO_UPLOAD_SOAK"] == "full"

    var testDescription: String { "share \(share + 1) of \(Self.shares)" }

    /// Makes the rounds of this share. A round returns whether the call was reached.
    ///
    /// - Parameter part: a short run takes one call in so many, another set each time; a failure names its call.
    func run(oneIn part: Int, _ round: (UInt64, Fault) throws -> Bool) throws {
        let first = Self.isFull ? share + 1 : share * part + .random(in: 1...part)
        let step = Self.shares * (Self.isFull ? 1 : part)
        for (index, number) in stride(from: first, to: .max, by: step).enumerated() {
            let faults = Self.isFull ? Self.faults : [Self.faults[index % Self.faults.count]]
            for fault in faults {
                if try !round(UInt64(number), fault) { return try expectReached(number) }
            }
        }
    }

    /// A sweep that stops at once has tried nothing.
    private func expectReached(_ number: Int) throws {
        if number < 100 { throw Failure("the plan counts no calls: number \(number) wasn't reached") }
    }
}

extension RunningProgram.Outcome {
    /// Neither a signal nor a defect: success, or what sysexits(3) has for troubles that aren't the program's fault.
    var isOrderly: Bool { status == 0 || (64...78).contains(status) && status != 70 }
}

extension RunningProgram {
    /// How many descriptors the process has open.
    var openDescriptors: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/fd").count }
    }
}
