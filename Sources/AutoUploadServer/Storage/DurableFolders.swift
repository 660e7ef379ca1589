import Domain
import Platform

/// Which folders' names are known to be on the medium, because this process has flushed the folder above since it saw them
/// there. A folder that somebody else made (another connection, a killed predecessor, the admin) counts only after that.
///
/// It only saves flushes: losing an entry costs one. A folder is known by its inode *and* where it stands, so one that was
/// moved, or made anew under an inode number that was used before, is not mistaken for it.
final class DurableFolders: Sendable {
    private struct Place: Hashable {
        let parent: FileIdentity
        let name: FileName
        let folder: FileIdentity
    }

    private let durable = Monitor<Set<Place>>([])
    private let flusher: Flusher
    private let moves: MovesFlush?
    private static let capacity = 100_000

    /// - Parameter moves: what has to be flushed of where files come from that get their names here; nil: nothing.
    init(_ flusher: Flusher, moves: MovesFlush? = nil) {
        self.flusher = flusher
        self.moves = moves
    }

    /// Flushes that belong together: each folder once, after the last of them has its new entry; or one flush of the whole
    /// storage for all of them. Begin a round before the first entry is made, so that a shared flush that fails meanwhile is
    /// noticed.
    func round(sharing group: GroupFlush?) -> Round {
        Round(folders: self, group: group)
    }

    struct Round {
        fileprivate let folders: DurableFolders
        /// The names that this round is to flush.
        let names: FlushDistrust.Batch
        private let group: GroupFlush?
        private var whole: Result<Void, SystemError>?
        private var done: [FileIdentity: Result<Void, SystemError>] = [:]
        private var inPlace: Set<FilePlace> = []
        private var origins: [ObjectIdentifier: Directory] = [:]
        private var moves: Result<Void, SystemError>?

        fileprivate init(folders: DurableFolders, group: GroupFlush?) {
            self.folders = folders
            self.group = group
            names = folders.flusher.distrust.begin()
        }

        /// Flushes the last folder of a chain, which has an entry of this name, and each one above whose name isn't known to be
        /// durable yet. No entry may be added to these folders between two calls in one round.
        ///
        /// - Parameter chain: from the storage folder down.
        /// - Throws: the first failure, or that something on the way to that name isn't trusted any more.
        mutating func flush(_ chain: FolderChain, _ name: FileName) throws(SystemError) {
            if let group {
                try flushWhole(group)
            } else {
                try flushMoves()
                try flushEach(chain)
            }
            // At last: somebody else's flush may have failed meanwhile.
            try folders.flusher.distrust.requireTrust(in: folders.needs(chain, name))
        }

        /// A file may be moved out of this folder in this round.
        mutating func noteMove(from folder: Directory) {
            origins[ObjectIdentifier(folder)] = folder
        }

        /// First: a flush of the whole storage that fails takes with it the trust in all names of this round.
        private mutating func flushMoves() throws(SystemError) {
            guard !origins.isEmpty, let flush = folders.moves else { return }
            let result =
                moves
                ?? Result { () throws(SystemError) in
                    try flush.run(Array(origins.values), folders.flusher)
                }
            moves = result
            try result.get()
        }

        /// Makes sure that a chain's folders stand where they did when they were opened. Call after its flush.
        mutating func requireInPlace(_ chain: FolderChain) throws(VaultError) {
            if inPlace.contains(chain.last.status.place) { return }
            try chain.requireInPlace()
            inPlace.insert(chain.last.status.place)
        }

        private mutating func flushEach(_ chain: FolderChain) throws(SystemError) {
            try flushOnce(chain.last)
            for index in chain.links.indices.reversed() {
                let place = folders.place(chain, index)
                if folders.isDurable(place) { continue }
                try flushOnce(chain.folder(above: index))
                folders.remember(place)
            }
        }

        private mutating func flushWhole(_ group: GroupFlush) throws(SystemError) {
            let result =
                whole
                ?? Result { () throws(SystemError) in
                    try group.run(since: names.moment)
                    names.flushed()
                }
            whole = result
            try result.get()
        }

        private mutating func flushOnce(_ folder: FolderChain.Folder) throws(SystemError) {
            let identity = folder.identity
            if let result = done[identity] { return try result.get() }
            let result = Result { () throws(SystemError) in
                try folders.flusher.flush(folder.directory, identity)
                names.flushed(in: identity)
            }
            done[identity] = result
            try result.get()
        }
    }

    /// What a file is found by.
    private func needs(_ chain: FolderChain, _ name: FileName) -> [FlushDistrust.Item] {
        var items: [FlushDistrust.Item] = [.name(name, in: chain.last.identity)]
        for (index, link) in chain.links.enumerated() {
            let above = chain.folder(above: index).identity
            items += [.name(link.name, in: above), .inode(link.folder.identity)]
        }
        // A user whose name in the storage folder is durable doesn't need that folder's flushes any more: who is stored there
        // isn't refused because it failed for somebody new.
        if !chain.links.isEmpty, !isDurable(place(chain, 0)) { items.append(.inode(chain.root.identity)) }
        return items
    }

    private func isDurable(_ place: Place) -> Bool {
        durable.withLock { $0.contains(place) }
    }

    private func remember(_ place: Place) {
        durable.withLock { durable in
            if durable.count >= Self.capacity { durable.removeAll() }
            durable.insert(place)
        }
    }

    private func place(_ chain: FolderChain, _ index: Int) -> Place {
        Place(
            parent: chain.folder(above: index).identity, name: chain.links[index].name,
            folder: chain.links[index].folder.identity)
    }
}

/// Open folders from the storage folder down to the one that holds a file. Each is asked once which inode it is: an open
/// folder stays the same one.
struct FolderChain {
    struct Folder {
        let directory: Directory
        let status: FileStatus
        var identity: FileIdentity { status.identity }

        init(_ directory: Directory) throws(SystemError) {
            self.directory = directory
            status = try directory.status()
        }
    }

    struct Link {
        let name: FileName
        let folder: Folder
    }

    let root: Folder
    private(set) var links: [Link] = []

    init(root: Directory) throws(SystemError) {
        self.root = try Folder(root)
    }

    var last: Folder { links.last?.folder ?? root }

    /// Of a file in the last folder, below the user's; nil where it is longer than paths may be.
    func path(of name: FileName) -> RemotePath? {
        try? RemotePath(components: links.dropFirst().map(\.name.bytes) + [name.bytes])
    }

    /// Bytes of the path below the user's folder that leads here, with its last slash.
    var pathLength: Int { links.dropFirst().reduce(0) { $0 + $1.name.bytes.count + 1 } }

    func folder(above index: Int) -> Folder {
        index == 0 ? root : links[index - 1].folder
    }

    /// Opens a folder in the last one.
    ///
    /// - Parameter asListed: look under which name it is listed, as that may be another.
    /// - Throws: EXDEV when something is mounted there: nobody has judged what a flush there is worth; and, with the operation
    ///   `entering`, when it is a subvolume in a user's folder: it may be a snapshot, which goes when its time has come.
    mutating func descend(to name: FileName, asListed: Bool = false) throws(SystemError) {
        var (name, folder) = (name, try openFolder(name))
        if asListed {
            let listed = try last.directory.listedName(of: name, folder.identity)
            // SMB of Linux has another inode for it by each name.
            if listed != name { (name, folder) = (listed, try openFolder(listed)) }
        }
        // A subvolume of btrfs is a device of its own, but of the same file system, and under the same mount.
        if folder.identity.device != last.identity.device {
            let isSubvolume = try isSubvolume(folder)
            guard isSubvolume, links.isEmpty else {
                throw SystemError(isSubvolume ? Self.entering : "open", name.description, errno: .crossDevice)
            }
        }
        links.append(Link(name: name, folder: folder))
    }

    private func openFolder(_ name: FileName) throws(SystemError) -> Folder {
        try Folder(last.directory.openFolder(name, crossingMounts: false))
    }

    static let entering = "enter the subvolume"

    private func isSubvolume(_ folder: Folder) throws(SystemError) -> Bool {
        let kinds = [try last.directory.descriptor.fileSystemKind(), try folder.directory.descriptor.fileSystemKind()]
        return kinds[0] == kinds[1] && folder.status.mount == last.status.mount
    }

    /// - Throws: `VaultError.away` when one of the folders doesn't stand under its name any more.
    func requireInPlace() throws(VaultError) {
        for (index, link) in links.enumerated() {
            let found = try? folder(above: index).directory.status(of: link.name)
            // Asked anew: a layered file system gives a folder another number when it first writes to it.
            let open = try? link.folder.directory.status()
            if found == nil || found?.place != open?.place { throw .away(Displacement(.folder(link.name))) }
        }
    }
}
