import Encodings
import HTTP
import Transport

/// What Upload-Checksum states of a request's body, and what that is found to be.
struct TusChecksum {
    private let stated: [UInt8]
    private let hasher: StreamHasher

    /// - Returns: nil where nothing is stated.
    init?(_ head: RequestHead) throws(WebTrouble) {
        guard
            let value = try Tus.allowed({ () throws(TusFlaw) in
                try TusRequest.single(.uploadChecksum, head.fields)
            })
        else { return nil }
        let words = value.bytes.split(separator: UInt8(ascii: " "))
        let name = words.first.map { String(decoding: $0, as: UTF8.self) }
        guard let algorithm = name.flatMap(StreamHasher.Algorithm.init(rawValue:)), words.count == 2 else {
            throw .refused(WebRefusal(.badRequest, "Upload-Checksum is “sha256 BASE64” or “sha1 BASE64”"))
        }
        guard let stated = decodeBase64(words[1], isPadded: true), stated.count == algorithm.byteCount else {
            throw .refused(WebRefusal(.badRequest, "Upload-Checksum isn't the Base64 of such a digest"))
        }
        self.stated = stated
        hasher = StreamHasher(algorithm)
    }

    func update(_ bytes: RawSpan) { hasher.update(bytes) }

    /// The body has come whole.
    ///
    /// - Throws: 460.
    func verify() throws(WebTrouble) {
        if hasher.finalize() == stated { return }
        throw .refused(WebRefusal(.checksumMismatch, "what came has another checksum: send it again"))
    }
}
