/// How many bytes a file can have.
package enum ContentSize {
    /// What a signed 64-bit offset can express.
    package static let range: ClosedRange<UInt64> = 0...UInt64(Int64.max)
}
