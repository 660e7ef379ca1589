/// Content that is made while it is sent, as nobody knows before how much it will be. Used by one thread.
package final class ContentMaker {
    package enum Piece {
        case bytes([UInt8])
        /// There is none yet; it is asked again.
        case nothing
        case end
        /// What was sent isn't whole, and its reader has to see that.
        case failure
    }

    private let make: () -> Piece

    /// - Parameter make: gives the next piece; waits a second at most.
    package init(_ make: @escaping () -> Piece) {
        self.make = make
    }

    package func next() -> Piece { make() }
}
