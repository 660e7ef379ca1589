/// Where and how a proxy ends a connection.
struct Cut: Sendable, CustomStringConvertible {
    let direction: Direction
    /// Frames of that direction that go through; the next one that comes doesn't, or not whole.
    let frames: Int
    /// Which part of that next one goes through all the same: 0 for nothing, below 1.
    var part = 0.0
    let manner: Manner

    enum Direction: CaseIterable {
        case fromClient, fromServer
    }

    enum Manner: CaseIterable {
        /// TLS's goodbye to both sides, and the end of the stream.
        case goodbye
        /// The end of the stream, without a goodbye.
        case end
        /// TCP's RST to both sides.
        case reset
        /// Nothing more goes either way, and nothing is closed: a link that died.
        case silence
        /// Nothing more goes this way, and nothing is closed; the other way everything does.
        case deafness

        /// Those that both sides notice by themselves.
        static let noticed: [Manner] = [.goodbye, .end, .reset]
    }

    var description: String {
        let inside = part > 0 ? " and \(part) of the next" : ""
        return "after \(frames) frames\(inside) \(direction): \(manner)"
    }
}
