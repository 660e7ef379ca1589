package import Ciphers
internal import Encodings

/// As requests state what their content is: SHA-256 in hexadecimal.
package func payloadDigest(of content: [UInt8]) throws(CipherFailure) -> String { hexadecimal(try sha256(content)) }
