package import Platform
import Storage

/// Where a storage's blobs lie: in a folder of the server's own, where no path of a user leads.
package struct BlobPlace: Sendable {
    /// Of the storage folder, by which SQLite opens the file of rows.
    private let folder: String
    /// The server's own folder in it.
    private let own: Directory
    /// Bytes that the storage has for anybody; nil where it doesn't tell.
    let spare: @Sendable () -> UInt64?

    package init(folder: String, own: Directory, spare: @escaping @Sendable () -> UInt64?) {
        (self.folder, self.own, self.spare) = (folder, own, spare)
    }

    private static let name = FileName(constant: "blobs")
    private static let keptName = FileName(constant: "kept")
    private static let incomingName = FileName(constant: "incoming")
    private static let rowsName = FileName(constant: "rows.sqlite")
    /// What SQLite puts beside it.
    private static let companions = ["-wal", "-shm", "-journal"]

    var rowsPath: String { "\(folder)/\(StoragePlace.ownFolder)/\(Self.name)/\(Self.rowsName)" }

    /// Opens the folders, and makes those that aren't there.
    ///
    /// - Throws: `SystemError` also when the storage isn't at its path any more.
    func open() throws(SystemError) -> BlobFolders {
        let all = try Self.openOrMake(Self.name, in: own)
        let folders = BlobFolders(
            all: all, kept: try Self.openOrMake(Self.keptName, in: all),
            incoming: try Self.openOrMake(Self.incomingName, in: all),
            flushesNewNames: !(try own.descriptor.fileSystemKind().keepsRenamesByFolderFlush))
        try all.flush()
        try own.flush()
        guard isInPlace(folders) else {
            throw SystemError("find the storage folder", escaped(folder), errno: .noEntry)
        }
        return folders
    }

    private static func openOrMake(_ name: FileName, in parent: Directory) throws(SystemError) -> Directory {
        do throws(SystemError) {
            try parent.makeFolder(name, permissions: 0o700)
        } catch {
            if error.errno != .exists { throw error }
        }
        return try parent.openFolderWithinMount(name)
    }

    /// Whether the storage's path leads to these folders: another disk may have been mounted over it.
    func isInPlace(_ folders: BlobFolders) -> Bool {
        let path = "\(folder)/\(StoragePlace.ownFolder)/\(Self.name)"
        return (try? FileStatus(ofPath: path).place) == (try? folders.all.status().place)
    }

    /// Whether a file keeps its place while it is written to: see `CataloguePlace.mayLogAhead`.
    var mayLogAhead: Bool { (try? own.descriptor.fileSystemKind().overwritesInPlace) == true }

    /// Why a file of rows isn't used any more; it is what its name gets.
    enum Aside: String {
        /// It is damaged.
        case broken
        /// A database has the rows.
        case replaced
    }

    /// Gives a file of rows a name out of the way, in the place of one that was put there before.
    func putRowsAside(as aside: Aside = .broken, in folders: BlobFolders) throws(SystemError) {
        for companion in [""] + Self.companions {
            guard let old = FileName("\(Self.rowsName)\(companion)"),
                let new = FileName("\(Self.rowsName).\(aside.rawValue)\(companion)")
            else { continue }
            do throws(SystemError) {
                try folders.all.rename(old, to: folders.all, as: new)
            } catch {
                guard error.errno == .noEntry else { throw error }
                try? folders.all.remove(new)
            }
        }
    }
}

/// The folders of the blobs, open.
struct BlobFolders: Sendable {
    let all: Directory
    /// A file for each blob, called as that is.
    let kept: Directory
    /// What hasn't come whole.
    let incoming: Directory
    /// Whether a file must be flushed once more under its new name.
    let flushesNewNames: Bool
}
