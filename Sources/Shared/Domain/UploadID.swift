import Encodings

/// Names an upload across connections: made at random and stored by the client before the first byte is sent.
package struct UploadID: FixedBytes {
    package static let byteCount = 16

    private let high: UInt64
    private let low: UInt64

    /// - Parameters:
    ///   - high: the first eight bytes, big-endian.
    ///   - low: the last eight.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init?(takingFrom bytes: inout Span<UInt8>) {
        guard bytes.count >= Self.byteCount, let high: UInt64 = bytes.takeInteger(),
            let low: UInt64 = bytes.takeInteger()
        else { return nil }
        (self.high, self.low) = (high, low)
    }

    package func write(to bytes: inout [UInt8]) {
        bytes.writeInteger(high)
        bytes.writeInteger(low)
    }
}
