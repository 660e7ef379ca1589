package import HTTP

/// What a request's path names of the blobs.
package enum BlobTarget: Hashable, Sendable {
    /// `/file`: takes a blob as it is.
    case deposit
    /// `/files`: takes one in JSON.
    case encodedDeposit
    /// `/file/ID`; nil: nothing can be called so.
    case blob(BlobID?)
    /// `/files/ID`: in JSON.
    case encodedBlob(BlobID?)
    /// `/file/ID/info`.
    case info(BlobID?)
    case sessionVersion
    case tokenInfo
    /// A request within one that only this server can read.
    case onion(OnionVersion)

    /// - Parameter segments: of the path, without escapes.
    package init?(_ segments: [[UInt8]]) {
        let names = segments.map { String(decoding: $0, as: UTF8.self) }
        switch (names.first, names.count) {
        case ("file", 1): self = .deposit
        case ("files", 1): self = .encodedDeposit
        case ("file", 2): self = .blob(BlobID(names[1]))
        case ("files", 2): self = .encodedBlob(BlobID(names[1]))
        case ("file", 3) where names[2] == "info": self = .info(BlobID(names[1]))
        case ("session_version", 1): self = .sessionVersion
        case ("token_info", 1): self = .tokenInfo
        case ("oxen", 3), ("loki", 3):
            guard let version = OnionVersion(path: names) else { return nil }
            self = .onion(version)
        default: return nil
        }
    }

    /// In the order in which Allow names them.
    package var methods: [Method] {
        switch self {
        case .deposit, .encodedDeposit, .onion: [.post, .options]
        case .blob, .encodedBlob, .info, .sessionVersion, .tokenInfo: [.get, .head, .options]
        }
    }
}

/// How an onion request is laid out.
package enum OnionVersion: Hashable, Sendable {
    /// All in JSON, and the answer in Base64.
    case v3
    /// In Bencode, with bytes as they are.
    case v4

    fileprivate init?(path names: [String]) {
        switch names {
        case ["oxen", "v3", "lsrpc"], ["loki", "v3", "lsrpc"]: self = .v3
        case ["oxen", "v4", "lsrpc"]: self = .v4
        default: return nil
        }
    }
}
