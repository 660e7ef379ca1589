import Encodings
import Platform

/// What one file is sealed with, and for whom: all that it takes to make the same age file of the same content again.
package final class Seal: Sendable {
    private let key: FileKey
    private let nonce: [UInt8]
    private let header: [UInt8]
    /// Who can read it.
    package let recipients: [AgeRecipient]

    private init(_ key: consuming FileKey, nonce: [UInt8], header: [UInt8], _ recipients: [AgeRecipient]) {
        self.key = key
        self.nonce = nonce
        self.header = header
        self.recipients = recipients
    }

    /// A new one, which has never sealed anything.
    package static func make(for recipients: [AgeRecipient]) throws(AgeError) -> Seal {
        let key = try FileKey.make()
        let header = try AgeHeader(key, for: recipients)
        return Seal(key, nonce: try PayloadSealer.makeNonce(), header: header.bytes, recipients)
    }

    /// What a file begins with, before its content.
    package var opening: [UInt8] { header + nonce }

    package func sealer() throws(AgeError) -> PayloadSealer { try PayloadSealer(key, nonce: nonce) }

    /// Where what stands in a file of so many bytes.
    ///
    /// - Returns: nil when none can be so large.
    package func layout(plaintextCount: UInt64) -> PayloadLayout? {
        PayloadLayout(headerCount: header.count, plaintextCount: plaintextCount)
    }
}

// MARK: - To be kept

extension Seal {
    /// All of it, the secret too. Who has it overwrites it.
    package var stored: [UInt8] {
        var bytes = key.bytes + nonce
        bytes.writeInteger(UInt16(clamping: recipients.count))
        for recipient in recipients { bytes += recipient.point }
        return bytes + header
    }

    /// - Returns: nil for what `stored` wouldn't give.
    package static func stored(_ bytes: [UInt8]) -> Seal? {
        let fixed = FileKey.byteCount + PayloadLayout.nonceCount
        guard bytes.count >= fixed + 2, let key = FileKey(bytes[..<FileKey.byteCount]) else { return nil }
        let nonce = Array(bytes[FileKey.byteCount..<fixed])
        var rest = bytes[fixed...]
        let count = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
        guard rest.count == count * AgeRecipient.byteCount + AgeHeader.byteCount(recipients: count) else { return nil }
        var recipients: [AgeRecipient] = []
        for _ in 0..<count {
            recipients.append(AgeRecipient(point: Array(rest.prefix(AgeRecipient.byteCount))))
            rest = rest.dropFirst(AgeRecipient.byteCount)
        }
        return Seal(key, nonce: nonce, header: Array(rest), recipients)
    }

    /// Bytes of a file for so many recipients.
    ///
    /// - Returns: nil when none can be so large.
    package static func fileCount(recipients: Int, plaintextCount: UInt64) -> UInt64? {
        let header = AgeHeader.byteCount(recipients: recipients)
        return PayloadLayout(headerCount: header, plaintextCount: plaintextCount)?.fileCount
    }
}
