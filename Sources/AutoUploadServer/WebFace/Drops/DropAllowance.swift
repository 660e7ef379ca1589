import HTTP
import Synchronization

/// How much may still come of a file that somebody sends without an account.
final class DropAllowance: Sendable {
    private let most: UInt64
    private let taken = Atomic<UInt64>(0)

    /// - Parameter most: bytes.
    init(most: UInt64) {
        self.most = most
    }

    /// - Throws: 413 when it becomes more than may come.
    func take(_ bytes: UInt64) throws(WebRefusal) {
        let count = taken.load(ordering: .relaxed).addingReportingOverflow(bytes)
        if !count.overflow, count.partialValue <= most { return taken.store(count.partialValue, ordering: .relaxed) }
        throw WebRefusal(.contentTooLarge, "without an account a file may have at most \(most) bytes")
    }
}
