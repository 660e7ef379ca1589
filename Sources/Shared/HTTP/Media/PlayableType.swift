/// The types of files that a browser plays or shows by itself, and that can't bring it to run anything: no SVG, no PDF, no HTML.
package struct PlayableType: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case video, audio, picture
    }

    package let kind: Kind
    package let field: FieldValue

    private init(_ kind: Kind, _ field: FieldValue) {
        (self.kind, self.field) = (kind, field)
    }

    /// - Parameter name: of a file, whose ending alone counts: what it holds is never looked at.
    /// - Returns: nil for all others.
    package init?(ofFile name: [UInt8]) {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        guard let type = Self.all[lowercasedText(name[(dot + 1)...])] else { return nil }
        self = type
    }

    /// Of everything else: to be saved.
    package static let none: FieldValue = "application/octet-stream"

    private static let all: [String: PlayableType] = [
        "mp4": PlayableType(.video, "video/mp4"),
        "m4v": PlayableType(.video, "video/mp4"),
        // Browsers play what is in it by its codecs, and refuse the type's own name.
        "mov": PlayableType(.video, "video/mp4"),
        "webm": PlayableType(.video, "video/webm"),
        "mkv": PlayableType(.video, "video/x-matroska"),
        "ogv": PlayableType(.video, "video/ogg"),
        "mp3": PlayableType(.audio, "audio/mpeg"),
        "m4a": PlayableType(.audio, "audio/mp4"),
        "aac": PlayableType(.audio, "audio/aac"),
        "ogg": PlayableType(.audio, "audio/ogg"),
        "oga": PlayableType(.audio, "audio/ogg"),
        "opus": PlayableType(.audio, "audio/ogg"),
        "flac": PlayableType(.audio, "audio/flac"),
        "wav": PlayableType(.audio, "audio/wav"),
        "jpg": PlayableType(.picture, "image/jpeg"),
        "jpeg": PlayableType(.picture, "image/jpeg"),
        "png": PlayableType(.picture, "image/png"),
        "gif": PlayableType(.picture, "image/gif"),
        "webp": PlayableType(.picture, "image/webp"),
        "avif": PlayableType(.picture, "image/avif"),
        "bmp": PlayableType(.picture, "image/bmp"),
    ]
}
