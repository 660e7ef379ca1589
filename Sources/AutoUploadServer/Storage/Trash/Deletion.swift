import Domain
import Platform

/// Files of a user on their way to the trash, or out of the storage for good: folder by folder.
///
/// Each is moved in one step. Its new folder is flushed before the one that it was in: whenever the power goes, it is in one of the two.
struct Deletion {
    private let trash: Trash
    private let user: FileName
    /// Nil: nothing is kept.
    private let batch: TrashBatch?
    /// No flush has failed.
    private var isCertain = true

    typealias Outcome = Result<DeletedFile?, VaultError>

    init(_ trash: Trash, of user: FileName, to batch: TrashBatch?) {
        (self.trash, self.user, self.batch) = (trash, user, batch)
    }

    /// - Returns: one outcome for each path, in the order given; nil: there is no such file.
    mutating func run(_ paths: [RemotePath]) -> [Outcome] {
        var outcomes = [Outcome](repeating: .success(nil), count: paths.count)
        let places = paths.map { path in
            Result { () throws(VaultError) in try located(path) }
        }
        let groups = Dictionary(grouping: paths.indices) { index -> [UInt8]? in
            guard case .success(let path) = places[index] else { return nil }
            return Array(path.parts.folders)
        }
        for (folder, indices) in groups {
            if folder == nil {
                for index in indices { outcomes[index] = places[index].map { _ -> DeletedFile? in nil } }
                continue
            }
            let together = indices.compactMap { try? places[$0].get() }
            for (index, outcome) in zip(indices, delete(together)) { outcomes[index] = outcome }
        }
        if let batch, isCertain { trash.removeMark(of: batch, of: user) }
        return outcomes
    }

    /// A path as it stands in the storage, or as a client named it.
    private func located(_ path: RemotePath) throws(VaultError) -> RemotePath {
        let spelled = try trash.publisher.spelling.spelled(path)
        if spelled == path { return path }
        let status = try FolderTree.wrap { () throws(SystemError) in
            try StoredFiles(below: trash.root).status(of: path, user: user)
        }
        return status == nil ? spelled : path
    }

    /// - Parameter paths: of files in one folder.
    private mutating func delete(_ paths: [RemotePath]) -> [Outcome] {
        do throws(VaultError) {
            guard let first = paths.first, let (source, _) = try trash.publisher.folders.find(user: user, first) else {
                return paths.map { _ in .success(nil) }
            }
            let files = paths.map { find($0, in: source) }
            if !files.contains(where: { $0.isThere() }) { return files.map { $0.map { _ in nil } } }
            let target = try makeTarget(for: source)
            let outcomes = files.map { file in
                Result { () throws(VaultError) in try move(file.get(), from: source, to: target) }
            }
            return settle(outcomes, source, target)
        } catch {
            return paths.map { _ in .failure(error) }
        }
    }

    /// A file in its folder.
    private struct Found {
        let name: FileName
        let size: UInt64
    }

    private func find(_ path: RemotePath, in source: FolderChain) -> Result<Found?, VaultError> {
        Result { () throws(VaultError) in
            guard let name = FileName(path.parts.name) else { return nil }
            return try FolderTree.wrap { () throws(SystemError) in
                let folder = source.last.directory
                guard let status = try lookingPastGaps({ () throws(SystemError) in try folder.status(of: name) }),
                    status.kind == .regular
                else { return nil }
                let isExact = trash.publisher.folders.listing(in: folder) == .exact
                return Found(
                    name: isExact ? name : try folder.listedName(of: name, status.identity), size: status.size)
            }
        }
    }

    private func makeTarget(for source: FolderChain) throws(VaultError) -> FolderChain? {
        guard let batch else { return nil }
        return try FolderTree.wrap { () throws(SystemError) in
            try trash.makeFolder(for: source.links.dropFirst().map(\.name), in: batch, of: user)
        }
    }

    private func move(
        _ file: Found?, from source: FolderChain, to target: FolderChain?
    ) throws(VaultError) -> DeletedFile? {
        guard let file, let path = source.path(of: file.name)
        else { return nil }
        do throws(SystemError) {
            if let target {
                try move(file.name, from: source.last.directory, to: target.last.directory)
            } else {
                try source.last.directory.remove(file.name)
            }
        } catch {
            if error.errno == .noEntry { return nil }
            if error.errno == .crossDevice { throw .failed(SystemError(Self.apart, errno: error.errno)) }
            throw VaultError(error)
        }
        return DeletedFile(path: path, size: file.size, batch: batch)
    }

    private static let apart =
        "move it to the user's trash, as its folder is a volume or a project of its own: remove it for good, or by hand"

    private func move(_ name: FileName, from source: Directory, to target: Directory) throws(SystemError) {
        // Nothing is replaced: the folder is this deletion's own.
        try source.rename(name, to: target, as: name)
        if try target.status(of: name).kind == .regular { return }
        // Something else took the name a moment ago.
        try target.renameWithoutReplacing(name, to: source, as: name)
        throw SystemError("delete", name.description, errno: .noEntry)
    }

    // MARK: Durability

    private mutating func settle(_ outcomes: [Outcome], _ source: FolderChain, _ target: FolderChain?) -> [Outcome] {
        let deleted = outcomes.compactMap { try? $0.get() }
        do throws(SystemError) {
            if deleted.isEmpty { return outcomes }
            if let target { try flush(deleted, in: target) }
            try trash.flusher.flush(source.last.directory, source.last.identity)
        } catch {
            isCertain = false
            return outcomes.map { $0.isThere() ? .failure(VaultError(error)) : $0 }
        }
        for file in deleted { trash.space.noteRemoved(of: user, file.size) }
        return outcomes
    }

    private func flush(_ deleted: [DeletedFile], in target: FolderChain) throws(SystemError) {
        if trash.flushesNewNames {
            for file in deleted {
                guard let name = FileName(file.path.parts.name) else { continue }
                let open = try target.last.directory.open(name, .reading)
                try trash.flusher.flushNaming(of: open, try open.status().identity)
            }
        }
        try trash.flusher.flush(target.last.directory, target.last.identity)
        // There flushing the folders alone wasn't seen to be enough.
        if trash.traces == .unrecognizable { try trash.flusher.flushAll(trash.root) }
    }
}

extension Result {
    /// Whether it is a value, and there is one.
    func isThere<Value>() -> Bool where Success == Value? {
        if case .success(.some) = self { true } else { false }
    }
}
