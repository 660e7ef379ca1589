import Platform

/// Where a file stands, from the watched folder down: at least one name.
struct LocalPath: Hashable, Sendable {
    let folders: [FileName]
    let name: FileName

    init(folders: [FileName], name: FileName) {
        self.folders = folders
        self.name = name
    }

    /// The path that `bytes` gave.
    ///
    /// - Returns: nil unless the bytes are names joined by single slashes.
    init?(bytes: [UInt8]) {
        var names: [FileName] = []
        for part in bytes.split(separator: slash, omittingEmptySubsequences: false) {
            guard let name = FileName(part) else { return nil }
            names.append(name)
        }
        guard let name = names.popLast() else { return nil }
        self.init(folders: names, name: name)
    }

    /// The names joined by slashes, as they travel.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for folder in folders {
            bytes += folder.bytes
            bytes.append(slash)
        }
        return bytes + name.bytes
    }

    /// The path of another file in the same folder.
    func sibling(named name: FileName) -> LocalPath {
        LocalPath(folders: folders, name: name)
    }
}

private let slash = UInt8(ascii: "/")

extension LocalPath: Comparable {
    /// By the names from the top down, not by the bytes: what stands in one folder stays together.
    static func < (left: LocalPath, right: LocalPath) -> Bool {
        // Made into one list only where the folders differ: most of a folder's files are compared with each other.
        if left.folders == right.folders { return left.name < right.name }
        return (left.folders + [left.name]).lexicographicallyPrecedes(right.folders + [right.name])
    }
}

extension LocalPath: CustomStringConvertible {
    /// The path, escaped for showing.
    var description: String { escaped(bytes) }
}
