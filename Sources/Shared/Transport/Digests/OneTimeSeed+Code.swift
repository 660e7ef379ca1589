internal import COpenSSL
package import Domain
internal import Platform

extension OneTimeSeed {
    /// Digits of a code.
    package static let digits = 6

    /// The one-time code of a step: HOTP of RFC 4226 by HMAC-SHA-1, as every app computes it that isn't told otherwise.
    ///
    /// - Returns: nil when OpenSSL had no memory, or may not compute SHA-1.
    package func code(of step: TimeStep, digits: Int = OneTimeSeed.digits) -> Credential? {
        var message = unsafe withUnsafeBytes(of: step.number.bigEndian) { unsafe Array($0) }
        defer { overwrite(&message) }
        var tag = [UInt8](repeating: 0, count: 20)
        defer { overwrite(&tag) }
        var length: UInt32 = 0
        let made = unsafe HMAC(EVP_sha1(), bytes, CInt(bytes.count), message, message.count, &tag, &length)
        guard unsafe made != nil, length == 20 else { return nil }
        let start = Int(tag[19] & 0x0f)
        let number = tag[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
        let text = String(number)
        let padded = String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
        return Credential(Array(padded.utf8.suffix(digits)))
    }
}
