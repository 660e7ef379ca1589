/// What may be asked of an object's upload, and nothing else: reading, removing and listing aren't among it.
package enum UploadStep: Hashable, Sendable {
    case initiate
    case part(number: Int, upload: UploadToken)
    case complete(UploadToken)
    case abort(UploadToken)

    package var method: String {
        switch self {
        case .initiate, .complete: "POST"
        case .part: "PUT"
        case .abort: "DELETE"
        }
    }

    /// What makes it another thing than the object.
    package var query: [CanonicalRequest.Item] {
        switch self {
        case .initiate: [CanonicalRequest.Item("uploads", "")]
        case .part(let number, let upload):
            [CanonicalRequest.Item("partNumber", String(number)), CanonicalRequest.Item("uploadId", upload.text)]
        case .complete(let upload), .abort(let upload): [CanonicalRequest.Item("uploadId", upload.text)]
        }
    }

    package var upload: UploadToken? {
        switch self {
        case .initiate: nil
        case .part(_, let upload), .complete(let upload), .abort(let upload): upload
        }
    }

    /// Parts of an upload (S3).
    package static let parts = 1...10_000

    /// - Parameter query: names and values of a query, in its order; a name without a value has an empty one.
    /// - Returns: nil for anything that isn't one of them, word by word.
    init?(method: String, query: [(name: String, value: String)]) {
        let names = query.map(\.name)
        switch (method, names) {
        case ("POST", ["uploads"]) where query[0].value.isEmpty: self = .initiate
        case ("POST", ["uploadId"]), ("DELETE", ["uploadId"]):
            guard let upload = UploadToken(query[0].value) else { return nil }
            self = method == "POST" ? .complete(upload) : .abort(upload)
        case ("PUT", ["partNumber", "uploadId"]):
            guard let number = Int(query[0].value), String(number) == query[0].value, Self.parts.contains(number),
                let upload = UploadToken(query[1].value)
            else { return nil }
            self = .part(number: number, upload: upload)
        default: return nil
        }
    }
}

/// What an engine calls an upload of several parts: its `uploadId`.
package struct UploadToken: Hashable, Sendable {
    package let text: String

    /// - Returns: nil for what would have to be escaped in a URL, and for more than 1024 characters.
    package init?(_ text: some StringProtocol) {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
                || "-._~".utf8.contains(byte)
        }
        guard isPlain, (1...1024).contains(text.utf8.count) else { return nil }
        self.text = String(text)
    }
}
