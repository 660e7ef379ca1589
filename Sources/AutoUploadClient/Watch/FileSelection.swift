import Platform

/// Which files a person wants to be looked at.
struct FileSelection: Sendable {
    /// Where there are any, only what one of them covers.
    var included: [NamePattern] = []
    /// What isn't looked at, whatever else is said.
    var ignored: [NamePattern] = []

    /// Whether it is passed over: a file, or a folder with all that is in it.
    func leavesOut(_ path: LocalPath, isFolder: Bool) -> Bool {
        if ignored.contains(where: { $0.isOfFolders == isFolder && $0.matches(path.name) }) { return true }
        // What lies in a folder is told by the file.
        return !isFolder && !included.isEmpty && !included.contains { $0.covers(path) }
    }
}
