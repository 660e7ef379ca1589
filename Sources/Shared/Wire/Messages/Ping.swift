import Encodings

/// Eight bytes that come back as they are: the body of `ping` and `pong`.
package struct Ping: Payload {
    package let opaque: UInt64

    package init(opaque: UInt64) {
        self.opaque = opaque
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        opaque = try reader.readInteger(.opaque)
    }

    package func write(to writer: inout WireWriter) {
        writer.writeInteger(opaque)
    }
}
