import Encodings

/// The offer is accepted; data goes on from this offset.
package struct Proceed: Payload {
    /// Bytes of the file that are durable on the server already, at most 2^63 − 1. The client must check that it isn't
    /// beyond the size that it offered.
    package let durableOffset: UInt64

    /// - Throws: `WireError.outOfRange` when the offset is.
    package init(durableOffset: UInt64) throws(WireError) {
        try require(durableOffset, in: ProtocolLimits.fileSizes, .durableOffset)
        self.durableOffset = durableOffset
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        try self.init(durableOffset: reader.readInteger(.durableOffset))
    }

    package func write(to writer: inout WireWriter) {
        writer.writeInteger(durableOffset)
    }
}
