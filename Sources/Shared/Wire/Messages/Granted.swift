package import Domain
import Encodings

/// The login succeeded.
package struct Granted: Payload {
    /// Logs in again by `reauthenticate`; empty when the server gives none. 0–512 bytes.
    package let token: Credential
    /// Seconds that the token is good for.
    package let tokenLifetime: UInt32
    /// Bytes that the user may still store; `ProtocolLimits.unlimitedQuota` when there is no quota.
    package let quotaRemaining: UInt64

    /// - Throws: `WireError.outOfRange` when the token is longer than 512 bytes.
    package init(
        token: Credential = Credential([]), tokenLifetime: UInt32 = 0,
        quotaRemaining: UInt64 = ProtocolLimits.unlimitedQuota
    ) throws(WireError) {
        try require(token.bytes.count, in: 0...ProtocolLimits.tokenLengths.upperBound, .token)
        self.token = token
        self.tokenLifetime = tokenLifetime
        self.quotaRemaining = quotaRemaining
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        let token = try reader.readBytes16(.token, 0...ProtocolLimits.tokenLengths.upperBound)
        try self.init(
            token: Credential(token), tokenLifetime: reader.readInteger(.tokenLifetime),
            quotaRemaining: reader.readInteger(.quotaRemaining))
    }

    package func write(to writer: inout WireWriter) {
        writer.writeBytes16(token.bytes)
        writer.writeInteger(tokenLifetime)
        writer.writeInteger(quotaRemaining)
    }
}
