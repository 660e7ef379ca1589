import Encodings

/// What one-time codes are computed from (RFC 4226, RFC 6238), known to the server and to the user's device only.
package struct OneTimeSeed: Hashable, Sendable {
    package let bytes: [UInt8]

    /// Bytes of a seed that is made: as many as RFC 4226 recommends, 160 bits.
    package static let newLength = 20
    /// Bytes below which RFC 4226 (section 4, R6) allows none: 128 bits.
    package static let leastLength = 16
    package static let longest = 64

    /// Why text is no seed. It never quotes the text.
    package enum Flaw: String, Error, Hashable, Sendable {
        case empty, tooLong, encoding
    }

    package init(bytes: [UInt8]) throws(Flaw) {
        if bytes.isEmpty { throw .empty }
        guard bytes.count <= Self.longest else { throw .tooLong }
        self.bytes = bytes
    }

    /// Base32 as people copy it: in small letters too, with spaces and hyphens between, and with padding or without.
    package init(_ text: some Collection<UInt8>) throws(Flaw) {
        var letters = text.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }.map(Self.capital)
        while letters.last == UInt8(ascii: "=") { letters.removeLast() }
        guard let bytes = decodeBase32(letters) else { throw .encoding }
        try self.init(bytes: bytes)
    }

    private static func capital(_ byte: UInt8) -> UInt8 { (0x61...0x7a).contains(byte) ? byte - 0x20 : byte }

    /// Base32 without padding.
    package var text: String { encodeBase32(bytes) }

    package var bitCount: Int { bytes.count * 8 }

    /// Whether it can be found out sooner than the RFC allows.
    package var isShort: Bool { bytes.count < Self.leastLength }
}

extension OneTimeSeed: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension OneTimeSeed.Flaw: CustomStringConvertible {
    /// In words that follow "the seed".
    package var description: String {
        switch self {
        case .empty: "is empty"
        case .tooLong: "is longer than \(OneTimeSeed.longest) bytes"
        case .encoding: "isn't base32 (letters A-Z, digits 2-7)"
        }
    }
}
