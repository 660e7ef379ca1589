import Platform
import Synchronization

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

    private struct State {
        var durable: Set<Place> = []
        var failed: Set<FileIdentity> = []
    }

    private let state = Mutex(State())
    private static let capacity = 100_000

    /// Flushes the last folder of a chain, which has a new entry, and each one above that isn't known to be durable.
    ///
    /// - Parameter chain: from the storage folder down; each folder with its name in the one before.
    /// - Throws: the first failure. That folder is never trusted again by this process: Linux reports a lost write once,
    ///   and a second flush that succeeds proves nothing.
    func flush(_ chain: FolderChain) throws(SystemError) {
        try flush(chain.last)
        for index in chain.links.indices.reversed() {
            let place = try place(chain, index)
            if state.withLock({ $0.durable.contains(place) }) { continue }
            try flush(chain.folder(above: index))
            state.withLock { state in
                if state.durable.count >= Self.capacity { state.durable.removeAll() }
                state.durable.insert(place)
            }
        }
    }

    private func flush(_ folder: Directory) throws(SystemError) {
        let identity = try folder.status().identity
        if state.withLock({ $0.failed.contains(identity) }) {
            throw SystemError("trust the folder, whose flush failed earlier: check the disk, restart", errno: .inputOutput)
        }
        do throws(SystemError) {
            try folder.flush()
        } catch {
            state.withLock { _ = $0.failed.insert(identity) }
            throw error
        }
    }

    private func place(_ chain: FolderChain, _ index: Int) throws(SystemError) -> Place {
        Place(
            parent: try chain.folder(above: index).status().identity, name: chain.links[index].name,
            folder: try chain.links[index].folder.status().identity)
    }
}

/// Open folders from the storage folder down to the one that holds a file.
struct FolderChain {
    struct Link {
        let name: FileName
        let folder: Directory
    }

    let root: Directory
    var links: [Link] = []

    var last: Directory { links.last?.folder ?? root }

    func folder(above index: Int) -> Directory {
        index == 0 ? root : links[index - 1].folder
    }
}
