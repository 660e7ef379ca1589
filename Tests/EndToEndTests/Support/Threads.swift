import Foundation
import Platform

/// Runs something that waits for long on a thread of its own, so that it takes no other test's turn.
func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        do throws(SystemError) {
            try Platform.Thread.detach { continuation.resume(with: Result { try body() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

/// Runs `body` for each number on threads of their own, all at the same time.
///
/// - Returns: when the last one has ended.
/// - Throws: the first error.
func onThreads(_ count: Int, seconds: Double, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let done = DispatchSemaphore(value: 0)
    let failure = FirstError()
    let work: @Sendable (Int) -> Void = { number in
        do { try body(number) } catch { failure.note(error) }
        done.signal()
    }
    for number in 0..<count { try Platform.Thread.detach { work(number) } }
    let end = DispatchTime.now() + seconds
    for _ in 0..<count where done.wait(timeout: end) == .timedOut { throw Failure("some threads didn't end in time") }
    if let error = failure.error { throw error }
}

private final class FirstError: Sendable {
    private let first = Monitor<(any Error)?>(nil)

    var error: (any Error)? { first.withLock { $0 } }

    func note(_ error: any Error) {
        first.withLock { $0 = $0 ?? error }
    }
}

/// A point that threads pass together, when the last of them has come.
final class Barrier: @unchecked Sendable {
    // Sendable: what changes is behind the condition.
    private let condition = NSCondition()
    private var missing: Int

    init(_ count: Int) {
        missing = count
    }

    /// - Parameter last: is run by the thread that comes last, before any goes on.
    func arrive(seconds: Double, last: () throws -> Void = {}) throws {
        let end = Date(timeIntervalSinceNow: seconds)
        try condition.withLock {
            missing -= 1
            if missing == 0 { try last() }
            condition.broadcast()
            while missing > 0 {
                guard condition.wait(until: end) else { throw Failure("\(missing) didn't come") }
            }
        }
    }
}
