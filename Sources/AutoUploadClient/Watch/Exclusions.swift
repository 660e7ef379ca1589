import Platform

/// What no one recorded: left by operating systems beside recordings. Names that must match whole or by their beginning,
/// ASCII letters in any case, because cards come formatted with file systems that keep no case.
struct Exclusion: Sendable {
    let pattern: String
    let isPrefix: Bool
    let kind: FileKind

    static let all = [
        // Windows: its index and restore points on every volume that it has seen.
        Exclusion("System Volume Information", .directory),
        // What a person has thrown away: Windows, the freedesktop.org trash of volumes, macOS.
        Exclusion("$RECYCLE.BIN", .directory),
        Exclusion(prefix: ".Trash-", .directory),
        Exclusion(".Trashes", .directory),
        // Fragments that fsck(8) found.
        Exclusion("lost+found", .directory),
        // libfuse: what was removed while somebody had it open.
        Exclusion(prefix: ".fuse_hidden", .regular),
        // macOS: attributes that the volume has no place for, and how a window was arranged.
        Exclusion(prefix: "._", .regular),
        Exclusion(".DS_Store", .regular),
    ]

    private init(_ name: String, _ kind: FileKind) {
        (pattern, isPrefix, self.kind) = (name, false, kind)
    }

    private init(prefix: String, _ kind: FileKind) {
        (pattern, isPrefix, self.kind) = (prefix, true, kind)
    }

    static func anyCovers(_ name: FileName, _ kind: FileKind) -> Bool {
        all.contains { $0.covers(name, kind) }
    }

    func covers(_ name: FileName, _ kind: FileKind) -> Bool {
        kind == self.kind && name.hasPrefix(ignoringCase: pattern)
            && (isPrefix || name.bytes.count == pattern.utf8.count)
    }
}
