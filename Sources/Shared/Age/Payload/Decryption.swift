import Encodings

/// Decrypts a file whose bytes come in pieces. What it gives out is right as far as it goes; that it was all shows only
/// when `finish` doesn't throw.
package struct Decryption: ~Copyable {
    private let identities: [AgeIdentity]
    private var header = HeaderReader()
    private var nonce: [UInt8] = []
    private var opener: PayloadOpener?
    private var fileKey: FileKey?

    package init(_ identities: [AgeIdentity]) {
        self.identities = identities
    }

    /// Takes the next bytes of the file, and appends the plaintext that has proved right by them.
    package mutating func take(_ bytes: Span<UInt8>, into plaintext: inout [UInt8]) throws(AgeError) {
        var rest = bytes
        if header.header == nil {
            rest = rest.extracting(droppingFirst: try header.take(rest))
            guard let header = header.header else { return }
            fileKey = try FileKey(header, identities)
        }
        if opener == nil {
            let count = min(rest.count, PayloadLayout.nonceCount - nonce.count)
            nonce += [UInt8](rest.extracting(first: count))
            rest = rest.extracting(droppingFirst: count)
            guard nonce.count == PayloadLayout.nonceCount, let key = fileKey.take() else { return }
            opener = try PayloadOpener(key, nonce: nonce)
        }
        try opener?.take(rest, into: &plaintext)
    }

    /// The file has ended.
    package mutating func finish(into plaintext: inout [UInt8]) throws(AgeError) {
        guard header.header != nil else { throw header.endFailure }
        // The bytes before the first chunk count as header.
        guard nonce.count == PayloadLayout.nonceCount else { throw .header("it ends before its content") }
        try opener?.finish(into: &plaintext)
    }
}
