package import Domain
import Encodings

/// The body of `denied`, `refused` and `closing`.
extension Refusal: Payload {
    package init(reading reader: inout WireReader) throws(WireError) {
        self.init(
            status: Status(rawValue: try reader.readInteger(.status)),
            retryAfterSeconds: try reader.readInteger(.retryAfter),
            text: try String(wire: reader.readBytes16(.text, ProtocolLimits.textLengths), .text))
    }

    package func write(to writer: inout WireWriter) {
        writer.writeInteger(status.rawValue)
        writer.writeInteger(retryAfterSeconds)
        writer.writeBytes16(text.utf8)
    }
}
