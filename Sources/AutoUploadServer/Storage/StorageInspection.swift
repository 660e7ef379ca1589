package import Platform

/// What a storage folder is, as far as that can be told without changing anything in it, also while a server uses it.
package struct StorageInspection {
    /// The field's name for its file system.
    package let kind: String
    package let strength: StorageStrength
    /// Where a server has served before.
    package let own: Directory?
    /// Whether it has the marker of a storage folder.
    package let isMarked: Bool
    /// Whether users' folders lie in it.
    package let isUsed: Bool
    /// Whether a server runs on it.
    package let isServed: Bool
    /// Nil where the file system doesn't tell.
    package let room: FileSystemRoom?

    /// - Throws: also where this user may not make names in it.
    package init(folder: String) throws(StorageError) {
        do throws(SystemError) {
            let root = try Directory.open(path: folder)
            kind = try root.descriptor.fileSystemKind().name
            strength = try StorageStrength(of: root)
            room = try root.descriptor.fileSystemRoom()
            isMarked = StoreMarker.isPresent(in: root)
            isUsed = isMarked && Storage.hasUsers(root)
            own = try Self.own(in: root)
            try root.checkMayChangeNames()
            if let own { try own.checkMayChangeNames() }
            isServed = try own.map { own throws(SystemError) in try Self.isServed(own) } ?? false
        } catch {
            throw StorageError(folder: folder, error)
        }
    }

    private static func own(in root: Directory) throws(SystemError) -> Directory? {
        do throws(SystemError) {
            return try root.openFolderWithinMount(StoragePlace.ownFolder)
        } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
    }

    private static func isServed(_ own: Directory) throws(SystemError) -> Bool {
        do throws(SystemError) {
            return try Storage.keepServersOut(of: own) == nil
        } catch {
            if error.errno == .noEntry { return false }
            throw error
        }
    }
}
