import Synchronization

/// A number that only grows. To add costs one atomic instruction, by any thread.
package final class Counter: Sendable {
    private let number = Atomic<UInt64>(0)

    package init() {}

    package func add(_ count: UInt64 = 1) {
        number.wrappingAdd(count, ordering: .relaxed)
    }

    package var value: UInt64 { number.load(ordering: .relaxed) }
}
