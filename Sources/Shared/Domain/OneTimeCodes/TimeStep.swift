/// The time in steps of 30 seconds, each of which has a one-time code of its own (RFC 6238).
package struct TimeStep: Hashable, Sendable, Comparable {
    package static let seconds: Int64 = 30

    package let number: UInt64

    package init(number: UInt64) {
        self.number = number
    }

    /// - Parameter time: Unix seconds.
    package init(at time: Int64) {
        number = UInt64(max(0, time) / Self.seconds)
    }

    /// This one, the one before it and the one after it: clocks differ, and what is typed takes time.
    package var neighbourhood: [TimeStep] {
        [number &- 1, number, number &+ 1].map(TimeStep.init)
    }

    /// The next one; the last there is has none.
    package var next: TimeStep { TimeStep(number: number == .max ? number : number + 1) }

    /// Seconds from a time until it begins, none when it has begun.
    ///
    /// - Parameter time: Unix seconds.
    package func seconds(from time: Int64) -> UInt32 {
        let begin = number.multipliedReportingOverflow(by: UInt64(Self.seconds))
        guard !begin.overflow, let begin = Int64(exactly: begin.partialValue) else { return .max }
        return UInt32(clamping: begin.subtractingReportingOverflow(time).partialValue)
    }

    package static func < (one: TimeStep, other: TimeStep) -> Bool { one.number < other.number }
}
