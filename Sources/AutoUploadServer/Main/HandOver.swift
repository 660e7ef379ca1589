import Platform

/// Carries what has one owner into a thread's closure, which may be called only once but doesn't say so.
final class HandOver<Value: ~Copyable & Sendable>: Sendable {
    private let value: Monitor<Value?>

    init(_ value: consuming Value) {
        self.value = Monitor(value)
    }

    func take() -> Value? {
        value.withLock { $0.take() }
    }
}
