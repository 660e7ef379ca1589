package import Domain

/// A login by the token that an earlier `granted` gave.
package struct Reauthenticate: Payload {
    package let token: Credential

    /// - Throws: `WireError.outOfRange` unless the token is 1–512 bytes.
    package init(token: Credential) throws(WireError) {
        try require(token.bytes.count, in: ProtocolLimits.tokenLengths, .token)
        self.token = token
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        try self.init(token: Credential(reader.readBytes16(.token, ProtocolLimits.tokenLengths)))
    }

    package func write(to writer: inout WireWriter) {
        writer.writeBytes16(token.bytes)
    }
}
