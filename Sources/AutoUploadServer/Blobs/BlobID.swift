import Ciphers
import Encodings
import Platform

/// How a blob is called: a number, or what follows from its content. It is the name of its file, too.
package struct BlobID: Hashable, Sendable {
    package let text: String

    /// As many as a content's hash has.
    private static let longest = 44

    /// - Returns: nil for what no blob is called.
    package init?(_ text: String) {
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy(Self.mayHave) else { return nil }
        self.text = text
    }

    private static func mayHave(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// - Parameter number: of which 53 bits count, as many as every reader of JSON keeps.
    init(number: UInt64) { text = String(number & (1 << 53 - 1)) }

    /// - Parameter hash: by `ContentHash`.
    fileprivate init(hash: [UInt8]) {
        text = encodeBase64(hash, isPadded: false)
            .replacing("+", with: "-").replacing("/", with: "_")
    }

    /// The number that it is, if it is one.
    var number: UInt64? { UInt64(text) }

    var name: FileName? { FileName(text) }
}

/// The hash that a blob is called by: BLAKE2b of 33 bytes.
struct ContentHash {
    private let hash: Blake2b

    init() throws(CipherFailure) {
        hash = try Blake2b(byteCount: 33, salt: Array("SessionFileSvr".utf8) + [0, 0])
    }

    func update(_ bytes: RawSpan) { hash.update(bytes) }

    func update(_ bytes: [UInt8]) { hash.update(bytes) }

    func finish() -> BlobID { BlobID(hash: hash.finish()) }
}
