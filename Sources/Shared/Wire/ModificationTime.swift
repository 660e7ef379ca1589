/// When a file was last modified, as the file system tells it.
package struct ModificationTime: Hashable, Sendable {
    /// Seconds since the Unix epoch; negative before it.
    package let seconds: Int64
    /// 0 … 999,999,999, counted forward from `seconds`.
    package let nanoseconds: UInt32

    /// - Throws: `WireError.outOfRange` when the nanoseconds are a second or more.
    package init(seconds: Int64, nanoseconds: UInt32) throws(WireError) {
        try require(nanoseconds, in: 0...999_999_999, .modificationNanoseconds)
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }
}

extension ModificationTime: Comparable {
    package static func < (left: ModificationTime, right: ModificationTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
