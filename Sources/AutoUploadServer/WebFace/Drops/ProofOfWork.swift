import Domain
import Encodings
import JSON
import Transport

/// Challenges whose answer costs who finds it work, and us two hashes: the first version of the ALTCHA project's format, with
/// SHA-256. Nothing of a challenge is kept: it carries our signature.
struct ProofOfWork: Sendable {
    /// Signs challenges.
    let key: KeyedHash

    struct Challenge: Hashable, Sendable {
        /// What the answer's number is added to, in decimal, before it is hashed.
        let salt: String
        /// The hash that is to be met, in hexadecimal.
        let hash: String
        /// The number that is looked for is at most this.
        let most: UInt64
        let signature: String

        /// As the ALTCHA widget expects it (RFC 8259).
        var json: String {
            "{\"algorithm\":\"\(ProofOfWork.algorithm)\",\"challenge\":\"\(hash)\",\"maxnumber\":\(most),"
                + "\"salt\":\"\(salt)\",\"signature\":\"\(signature)\"}"
        }
    }

    /// An answer that was right.
    struct Proof: Hashable, Sendable {
        let signature: [UInt8]
        /// Unix seconds, until which it counts.
        let expiry: Int64
    }

    enum Flaw: Error {
        /// It isn't what the format wants, or not of a challenge of ours.
        case wrong
        case expired
    }

    fileprivate static let algorithm = "SHA-256"
    /// Bytes of an answer, in Base64.
    static let longestAnswer = 2048

    /// - Parameters:
    ///   - expiry: Unix seconds, until which the answer counts.
    ///   - most: how far whoever answers has to look, on an average for half of it.
    ///   - nonce: random bytes.
    ///   - number: the answer, random, at most `most`.
    /// - Returns: nil when OpenSSL had no memory.
    func challenge(until expiry: Int64, most: UInt64, nonce: [UInt8], number: UInt64) -> Challenge? {
        let salt = Salt(nonce: hexadecimal(nonce), expiry: expiry).text
        guard let hash = Self.hash(salt, number), let signature = key.tag(of: Array(hash.utf8)) else { return nil }
        return Challenge(salt: salt, hash: hash, most: most, signature: hexadecimal(signature))
    }

    /// Looks at an answer: a JSON object in Base64.
    ///
    /// - Parameter now: Unix seconds.
    func verify(_ answer: [UInt8], now: Int64) throws(Flaw) -> Proof {
        guard answer.count <= Self.longestAnswer, let text = decodeBase64(answer, isPadded: true),
            let object = JSONObject(text), object.text("algorithm") == Self.algorithm,
            let number = object.integer("number").flatMap(UInt64.init(exactly:)),
            let salt = object.text("salt").flatMap(Salt.init),
            let signature = object.text("signature").flatMap({ bytes(ofHexadecimal: $0) }),
            let hash = Self.hash(salt.text, number), isOurs(signature, of: hash)
        else { throw .wrong }
        if salt.expiry < now { throw .expired }
        return Proof(signature: signature, expiry: salt.expiry)
    }

    /// Compared by hashes of theirs, so that time tells nothing of how much of it was right.
    private func isOurs(_ signature: [UInt8], of hash: String) -> Bool {
        guard let expected = key.tag(of: Array(hash.utf8)), let left = key.tag(of: expected),
            let right = key.tag(of: signature)
        else { return false }
        return left == right
    }

    /// - Returns: nil when OpenSSL had no memory.
    private static func hash(_ salt: String, _ number: UInt64) -> String? {
        ContentHasher.digest(of: Array("\(salt)\(number)".utf8))?.description
    }
}

/// What an answer is bound to. It ends with a delimiter, so that none of the number's digits can be taken for the time's.
private struct Salt {
    let nonce: String
    let expiry: Int64

    var text: String { "\(nonce)?expires=\(expiry)&" }

    init(nonce: String, expiry: Int64) {
        (self.nonce, self.expiry) = (nonce, expiry)
    }

    /// - Returns: nil when it isn't exactly as ours are.
    init?(_ text: String) {
        guard let mark = text.firstIndex(of: "?"), text.hasSuffix("&") else { return nil }
        nonce = String(text[..<mark])
        guard let expiry = Int64(text[mark...].dropFirst("?expires=".count).dropLast()) else { return nil }
        self.expiry = expiry
        guard self.text == text else { return nil }
    }
}
