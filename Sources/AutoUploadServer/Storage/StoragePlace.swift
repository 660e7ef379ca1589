package import Platform

/// Whether the storage folder's path, by which a person finds what is stored, still leads to what this process has open.
///
/// It may not: a disk was mounted over an empty folder after the start, or unmounted, or the folder was moved, removed or made
/// anew. What is stored through the open folder then lies where nobody looks for it.
package final class StoragePlace: Sendable {
    package let path: String
    private let root: Directory
    private let own: Directory
    private let ownPlaces: [FileName: FilePlace]
    private let state = Monitor(State())

    private struct State {
        /// What was told last; nil: all is as it was at the start.
        var told: Displacement?
        var isRetired = false
    }

    package static let ownFolder = FileName(constant: ".auto-upload")

    /// - Parameters:
    ///   - path: by which a person found the folder.
    ///   - names: in the server's own folder, that must stay what they are.
    init(path: String, root: Directory, own: Directory, names: [FileName]) throws(SystemError) {
        self.path = path
        self.root = root
        self.own = own
        var places: [FileName: FilePlace] = [:]
        for name in names { places[name] = try own.status(of: name).place }
        ownPlaces = places
    }

    /// Compares path and open folder, at the cost of a few looks at names.
    ///
    /// - Returns: nil when the one leads to the other.
    func displacement() -> Displacement? {
        if isRetired { return Displacement(.reopened) }
        do throws(SystemError) {
            let (found, open) = (try FileStatus(ofPath: path).place, try root.status().place)
            if found != open {
                return Displacement(found.mount == open.mount ? .replaced : .mounted, isStorage: isStorage())
            }
        } catch {
            return Displacement(whereIsRoot(error))
        }
        let found = try? root.status(of: Self.ownFolder).place
        if found == nil || found != (try? own.status().place) { return Displacement(.own(Self.ownFolder)) }
        for (name, place) in ownPlaces where (try? own.status(of: name).place) != place {
            return Displacement(.own(name))
        }
        mendMarker()
        return nil
    }

    /// Compares, and says whether what was told last has changed: many uploads find out about one displacement.
    func look() -> (displacement: Displacement?, isNews: Bool) {
        let found = displacement()
        let isNews = state.withLock { state in
            if state.isRetired || state.told == found { return false }
            state.told = found
            return true
        }
        return (found, isNews)
    }

    /// Whether another storage was opened in the place of this one: nothing is stored here any more.
    var isRetired: Bool { state.withLock { $0.isRetired } }

    func retire() {
        state.withLock { $0.isRetired = true }
    }

    /// Whether the path leads to this very storage, though perhaps by another mount.
    var isSameStorage: Bool {
        guard let found = try? Directory.open(path: path).openFolder(Self.ownFolder).status() else { return false }
        return found.identity == (try? own.status().identity)
    }

    private func whereIsRoot(_ error: SystemError) -> Displacement.Kind {
        guard error.errno == .noEntry || error.errno == .notDirectory else { return .unreachable(error) }
        let links = try? root.status().links
        return links == 0 ? .removed : .moved
    }

    /// Whether a storage folder of this program, which was used before, stands at the path.
    private func isStorage() -> Bool {
        guard let folder = try? Directory.open(path: path), StoreMarker.isPresent(in: folder) else { return false }
        return (try? folder.openFolder(Self.ownFolder)) != nil
    }

    /// It is only for clients, who don't delete where it stands; the folder has been found to be the right one.
    private func mendMarker() {
        if StoreMarker.isPresent(in: root) { return }
        try? StoreMarker.place(in: root)
    }
}

/// Where a path leads instead of to what is open.
package struct Displacement: Hashable {
    enum Kind: Hashable {
        /// Another mount is there.
        case mounted
        /// Another folder is there.
        case replaced
        case moved
        case removed
        case unreachable(SystemError)
        /// Something of the server's own folder.
        case own(FileName)
        /// A folder of the user's, while something was stored there.
        case folder(FileName)
        /// It has become a volume or a project of its own, or is one no longer.
        case apart(FileName)
        case reopened
    }

    let kind: Kind
    /// A storage folder stands at the path: it can be opened in the place of the other.
    package let isStorage: Bool

    init(_ kind: Kind, isStorage: Bool = false) {
        self.kind = kind
        self.isStorage = isStorage
    }
}

extension Displacement: CustomStringConvertible {
    package var description: String { "\(what): \(whatToDo)" }

    private var what: String {
        switch kind {
        case .mounted: "something has been mounted over it or unmounted since it was opened"
        case .replaced: "another folder stands in its place"
        case .moved: "it has been moved or renamed"
        case .removed: "it has been removed"
        case .unreachable(let error): "it can't be reached any more (\(error))"
        case .own(StoragePlace.ownFolder): "its folder .auto-upload is another one, or is gone"
        case .own(let name): "\(name) in its folder .auto-upload is another one, or is gone"
        case .folder(let name):
            "its folder \(name) has been moved, removed or mounted over while something was stored there"
        case .apart(let name): "its folder \(name) is a volume or a project of its own now, or no longer"
        case .reopened: "it has been opened anew"
        }
    }

    private var whatToDo: String {
        switch kind {
        case .folder, .apart, .reopened: "the upload is to be sent again"
        case .mounted where isStorage, .replaced where isStorage:
            "it is a storage folder, and is opened in the other's place"
        case .mounted, .replaced:
            "nothing is confirmed until the other is back. What is there now bears no marker \(StoreMarker.name) and is no storage "
                + "folder yet: if it is to be one, restart the server"
        case .moved, .removed, .unreachable: "nothing is confirmed until it is back"
        case .own: "nothing is confirmed until it is back; if it can't be, restart the server"
        }
    }
}
