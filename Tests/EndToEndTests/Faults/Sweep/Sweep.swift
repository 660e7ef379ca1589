import Foundation
import Platform
import TestSupport
import Testing

/// "Fail the Nth call", for N = 1, 2, … until a job comes to its end without meeting the failure.
struct Sweep: Sendable, CustomTestStringConvertible {
    /// The shares that the numbers are dealt into, so that they run side by side.
    static let shares = 2
    /// One kind of failure after the other.
    static let troubles = [
        Trouble(.inputOutput), Trouble(.noSpace), Trouble(.interrupted), Trouble(.short), Trouble(.kill),
        Trouble(.error(.overQuota)), Trouble(.lateError(.inputOutput)), Trouble(.error(.tooManyOpenFiles)),
        Trouble(.inputOutput, isLasting: true), Trouble(.noSpace, isLasting: true),
    ]

    let share: Int

    static let all = (0..<shares).map(Sweep.init)

    var testDescription: String { "share \(share + 1) of \(Self.shares)" }

    /// Makes the rounds of this share: in a short run some calls fail, each in one way, in a full one each in every way. A
    /// round returns whether the call was reached.
    ///
    /// - Parameters:
    ///   - part: a short run takes one call in so many, another set each time; a failure names its call.
    ///   - least: the job makes more calls than this, or something is wrong with the counting.
    func run(oneIn part: Int, atLeast least: Int = 100, _ round: (UInt64, Trouble) throws -> Bool) throws {
        let first = FaultTests.isFull ? share + 1 : share * part + .random(in: 1...part)
        let step = Self.shares * (FaultTests.isFull ? 1 : part)
        for (index, number) in stride(from: first, to: .max, by: step).enumerated() {
            let troubles = FaultTests.isFull ? Self.troubles : [Self.troubles[index % Self.troubles.count]]
            for trouble in troubles {
                if try !round(UInt64(number), trouble) { return try expectReached(number, least) }
            }
        }
    }

    /// A sweep that stops at once has tried nothing.
    private func expectReached(_ number: Int, _ least: Int) throws {
        if number < least { throw Failure("the plan counts no calls: number \(number) wasn't reached") }
    }
}

/// What happens to the Nth call.
struct Trouble: CustomStringConvertible {
    let fault: Fault
    /// It happens to all that follow, too.
    let isLasting: Bool

    init(_ fault: Fault, isLasting: Bool = false) {
        (self.fault, self.isLasting) = (fault, isLasting)
    }

    var description: String { "\(fault)\(isLasting ? ", lasting" : "")" }
}

extension FaultPlan {
    func fail(from number: UInt64, with trouble: Trouble) throws {
        try fail(number...(trouble.isLasting ? .max : number), with: trouble.fault)
    }

    /// What was made to fail, for a comment.
    func description(_ number: UInt64, _ trouble: Trouble) -> Comment {
        let call = (try? failedCall).map { "\($0)" } ?? "none"
        return "call \(number) (\(call)): \(trouble)"
    }
}

extension RunningProgram.Outcome {
    /// Neither a signal nor a defect: success, or what sysexits(3) has for troubles that aren't the program's fault.
    var isOrderly: Bool { status == 0 || (64...78).contains(status) && status != 70 }

    /// It was killed by signal 9, as a plan does it.
    var wasKilled: Bool { status == 128 + 9 }
}

extension RunningProgram {
    /// How many descriptors the process has open.
    var openDescriptors: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/fd").count }
    }
}
