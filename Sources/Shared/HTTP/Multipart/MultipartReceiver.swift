/// Whoever takes what a `MultipartSplitter` finds.
package protocol MultipartReceiver {
    associatedtype Failure: Error

    /// A part begins.
    mutating func beginPart(_ head: PartHead) throws(Failure)

    /// The next bytes of the part; never none. They lie where they were read to, and are gone after the call.
    mutating func takeContent(_ content: Span<UInt8>) throws(Failure)

    /// The part has come whole: so has the delimiter behind it.
    mutating func endPart() throws(Failure)

    /// What is thrown because of a body that isn't a form.
    func failure(_ error: MultipartError) -> Failure
}
