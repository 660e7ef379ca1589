import Ciphers
import Encodings
import HTTP
import Platform

/// The signature that a client may put under a question for versions: by a key of its own, and only so that a server can count its clients. This
/// one counts nobody, and only refuses what isn't right.
enum SignedVersionRequest {
    private static let key = FieldName("X-FS-Pubkey")
    private static let time = FieldName("X-FS-Timestamp")
    private static let signature = FieldName("X-FS-Signature")
    /// What a key begins with that stands for nobody's account by itself.
    private static let blinded: UInt8 = 0x07
    /// Seconds that a client's clock may be off.
    private static let patience: Int64 = 86_400

    /// - Parameters:
    ///   - target: path and query, as they came.
    ///   - now: Unix seconds.
    /// - Throws: `.malformed`, `.otherTime` or `.unsigned`; nothing where nothing is signed.
    static func check(_ fields: Fields, _ method: Method, _ target: [UInt8], now: Int64) throws(BlobTrouble) {
        let given = [key, time, signature].map { fields.values(of: $0) }
        if given.allSatisfy(\.isEmpty) { return }
        guard given.allSatisfy({ $0.count == 1 }), let key = bytes(given[0][0], 33), key[0] == blinded,
            let signature = bytes(given[2][0], Ed25519.signatureCount), let time = Int64(given[1][0].text), time > 0
        else { throw .malformed }
        guard abs(now - time) <= patience else { throw .otherTime }
        let message = given[1][0].bytes + Array(method.description.utf8) + target
        guard Ed25519.isSignature(signature, of: message, by: Array(key[1...])) else { throw .unsigned }
    }

    private static func bytes(_ value: FieldValue, _ count: Int) -> [UInt8]? {
        let readings = [
            Encodings.bytes(ofHexadecimal: value.text), decodeBase64(value.bytes, isPadded: true),
            decodeBase64(value.bytes, isPadded: false),
        ]
        return readings.compactMap(\.self).first { $0.count == count }
    }
}
