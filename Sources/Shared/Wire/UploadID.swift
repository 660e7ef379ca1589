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

    package init(reading reader: inout WireReader, _ field: WireField) throws(WireError) {
        guard reader.count >= Self.byteCount else { throw .truncated(field) }
        high = try reader.readInteger(field)
        low = try reader.readInteger(field)
    }

    package func write(to writer: inout WireWriter) {
        writer.writeInteger(high)
        writer.writeInteger(low)
    }
}
