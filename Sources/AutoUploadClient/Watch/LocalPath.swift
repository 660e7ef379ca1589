import Platform

/// Where a file stands, from the watched folder down: at least one name.
struct LocalPath: Hashable, Sendable {
    let folders: [FileName]
    let name: FileName

    /// The names joined by slashes, as they travel.
    var bytes: [UInt8] {
        Array((folders + [name]).map(\.bytes).joined(separator: [UInt8(ascii: "/")]))
    }
}

extension LocalPath: CustomStringConvertible {
    /// The path, escaped for showing.
    var description: String { escaped(bytes) }
}
