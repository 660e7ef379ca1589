/// Why a request isn't one that tus 1.0.0 lets do something: what its client is told.
package struct TusFlaw: Error, Hashable, Sendable {
    package let status: Status
    package let text: String
    /// Where the upload goes on, of a request for another place.
    package var rightOffset: UInt64?

    package init(_ status: Status, _ text: String) {
        (self.status, self.text) = (status, text)
    }

    static let beyondLength = TusFlaw(.contentTooLarge, "more bytes came than the upload is to have")

    static func wrongOffset(_ right: UInt64) -> TusFlaw {
        var flaw = TusFlaw(.conflict, "the upload goes on at byte \(right)")
        flaw.rightOffset = right
        return flaw
    }
}
