internal import Platform

/// How often something was how large. To observe takes a lock for some nanoseconds.
package final class Histogram: Sendable {
    /// As of one moment.
    package struct Snapshot: Hashable, Sendable {
        /// Upper bounds, each included in its bucket, in order.
        package let bounds: [Double]
        /// How many fell into each bucket, and, last, beyond all bounds.
        package var counts: [UInt64]
        package var sum = 0.0

        package var count: UInt64 { counts.reduce(0, &+) }
    }

    private let state: Monitor<Snapshot>

    /// - Parameter bounds: in order.
    package init(_ bounds: [Double]) {
        state = Monitor(Snapshot(bounds: bounds, counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    /// Of things that take from half a millisecond to a minute.
    package static func ofSeconds() -> Histogram {
        Histogram([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60])
    }

    package func observe(_ value: Double) {
        state.withLock { state in
            let bucket = state.bounds.firstIndex { value <= $0 } ?? state.bounds.count
            state.counts[bucket] &+= 1
            state.sum += value
        }
    }

    package var snapshot: Snapshot { state.withLock { $0 } }
}
