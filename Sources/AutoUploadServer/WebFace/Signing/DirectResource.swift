import HTTP

/// What there is below `/s3/`.
enum DirectResource: Hashable {
    case sign
    case success
    /// - key: as the path has it.
    case removal(key: [[UInt8]])
    case settings
    case uploads
    case upload(id: String)
    case parts(id: String)
    case completion(id: String)

    /// - Parameter segments: behind `/s3`.
    init?(_ segments: [[UInt8]]) {
        let names = segments.map { String(decoding: $0, as: UTF8.self) }
        switch (names.first, names.count) {
        case ("sign"?, 1): self = .sign
        case ("success"?, 1): self = .success
        case ("settings"?, 1): self = .settings
        case ("delete"?, 2...): self = .removal(key: Array(segments.dropFirst()))
        case ("uploads"?, 1): self = .uploads
        case ("uploads"?, 2) where !names[1].isEmpty: self = .upload(id: names[1])
        case ("uploads"?, 3) where names[2] == "parts": self = .parts(id: names[1])
        case ("uploads"?, 3) where names[2] == "completion": self = .completion(id: names[1])
        default: return nil
        }
    }

    var methods: [Method] {
        switch self {
        case .sign, .uploads, .parts, .completion: [.post, .options]
        case .success: [.get, .post, .options]
        case .removal: [.delete, .post, .options]
        case .settings: [.get, .options]
        case .upload: [.get, .delete, .options]
        }
    }
}
