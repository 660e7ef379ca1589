import Platform

/// The file by which a server marks what it stores. A watched folder that holds one, or lies beneath one, may be the
/// very place that the server stores into: its confirmation would vouch for the file that is to be wiped.
///
/// Markers below the watched folder are found by the scan.
enum StoreMarker {
    static let name = OwnNames.storeMarker

    /// Folders above one another at most; more than any path of the system can name.
    private static let mostFolders = 4096

    /// Whether the folder itself, or any folder above it up to the root, holds a marker.
    ///
    /// Goes up by "..", which leads out of a bind mount through its mount point.
    /// - Throws: when a folder on the way can't be asked; whether it holds a marker is then unknown, and nothing may be
    ///   deleted.
    static func findAbove(_ folder: WatchedFolder) throws(SystemError) -> Bool {
        guard let name = FileName(name) else { return true }
        var directory = folder.root
        for _ in 0..<mostFolders {
            if try holds(name, directory) { return true }
            let parent = try directory.openParentForSearching()
            if try parent.status().identity == directory.status().identity { return false }
            directory = parent
        }
        throw SystemError("find the root above", escaped(folder.path), errno: .tooManyLinks)
    }

    private static func holds(_ name: FileName, _ directory: Directory) throws(SystemError) -> Bool {
        do throws(SystemError) {
            _ = try directory.status(of: name)
            return true
        } catch {
            if error.errno == .noEntry { return false }
            throw error
        }
    }
}
