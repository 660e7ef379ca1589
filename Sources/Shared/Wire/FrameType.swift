/// The kind of a frame: the first byte of its header.
package enum FrameType: UInt8, Hashable, Sendable, CaseIterable {
    case hello = 0x01
    case authenticate = 0x02
    case reauthenticate = 0x03
    case offer = 0x04
    case data = 0x05
    case finish = 0x06
    case abandon = 0x07
    case query = 0x08
    case ping = 0x09
    case goodbye = 0x0A
    case challenge = 0x0B

    case welcome = 0x81
    case granted = 0x82
    case denied = 0x83
    case proceed = 0x84
    case present = 0x85
    case refused = 0x86
    case stored = 0x87
    case pong = 0x88
    case closing = 0x89
}

/// What a header of some type may say.
package struct FrameRules: Hashable, Sendable {
    /// Whether the frame is about an upload (or query), and so carries its number.
    package let namesUpload: Bool
    /// The flag bits that have a meaning.
    package let flags: UInt8
    /// The lengths that a payload can have, in bytes.
    package let lengths: ClosedRange<UInt32>

    init(_ lengths: ClosedRange<UInt32>, namesUpload: Bool = false, flags: UInt8 = 0) {
        self.namesUpload = namesUpload
        self.flags = flags
        self.lengths = lengths
    }
}

extension FrameType {
    /// Whether clients send it; servers send the others.
    package var isFromClient: Bool { rawValue < 0x80 }

    /// Whether it may be sent before a login was granted.
    package var isAllowedBeforeLogin: Bool {
        switch self {
        case .hello, .challenge, .authenticate, .reauthenticate, .ping, .goodbye: true
        case .welcome, .granted, .denied, .pong, .closing: true
        case .offer, .data, .finish, .abandon, .query, .proceed, .present, .refused, .stored: false
        }
    }

    /// What a header of this type may say: the table of `docs/PROTOCOL.md`, section "Frame types".
    ///
    /// The lengths are those that the fields of the message can add up to, so that a receiver never makes room for
    /// more than a valid message needs.
    package var rules: FrameRules {
        switch self {
        case .hello: FrameRules(8...71)
        case .authenticate: FrameRules(6...1108)
        case .reauthenticate: FrameRules(3...514)
        case .offer: FrameRules(39...4134, namesUpload: true, flags: FrameFlags.fresh)
        case .data: FrameRules(1...UInt32(ProtocolLimits.maximumDataPayload), namesUpload: true)
        case .finish: FrameRules(32...32, namesUpload: true)
        case .abandon: FrameRules(0...0, namesUpload: true)
        case .query: FrameRules(43...4138, namesUpload: true)
        case .ping, .pong: FrameRules(8...8)
        case .goodbye: FrameRules(0...0)
        case .challenge: FrameRules(32...32)
        case .welcome: FrameRules(22...885)
        case .granted: FrameRules(14...526)
        case .denied, .closing: FrameRules(8...520)
        case .proceed: FrameRules(8...8, namesUpload: true)
        case .present: FrameRules(61...4756, namesUpload: true)
        case .refused: FrameRules(8...520, namesUpload: true)
        case .stored: FrameRules(61...4756, namesUpload: true, flags: FrameFlags.alreadyThere)
        }
    }
}

/// The flag bits of a header; which of them a type defines is in its `rules`.
package enum FrameFlags {
    /// On `offer`: this upload id was never offered before, so the offset is 0 and data may follow at once.
    package static let fresh: UInt8 = 0x01
    /// On `stored`: the same content was there already, under the path that is told.
    package static let alreadyThere: UInt8 = 0x01
}
