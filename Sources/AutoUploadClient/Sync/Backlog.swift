import Wire

/// The files that wait for their turn, oldest first, and the ids that they are uploaded under.
struct Backlog {
    private var tasks: [SyncTask]
    private var next = 0
    private var ids: [LocalPath: StoredUploadID] = [:]

    /// How many ids are stored for the price of one flush.
    private static let batch = 256

    init(_ tasks: [SyncTask]) {
        self.tasks = tasks
    }

    var isEmpty: Bool { next >= tasks.count }
    var first: SyncTask? { isEmpty ? nil : tasks[next] }

    mutating func removeFirst() {
        if !isEmpty { next += 1 }
    }

    /// Lets a file wait for another turn, behind the others.
    mutating func putBack(_ task: SyncTask) {
        tasks.append(task)
    }

    /// The id to upload the first file under, stored before this returns, with those of the files behind it.
    ///
    /// - Returns: nil when none is left.
    mutating func uploadID(in state: ClientState) throws(StateError) -> StoredUploadID? {
        guard let first else { return nil }
        if ids[first.file.path] == nil { try fetchIDs(from: state) }
        return ids[first.file.path]
    }

    /// Takes the first file's id out of use: offered once, it isn't fresh any more.
    mutating func removeID(of path: LocalPath) {
        ids[path] = nil
    }

    private mutating func fetchIDs(from state: ClientState) throws(StateError) {
        let files = tasks[next...].prefix(Self.batch).filter { $0.purpose == .upload && ids[$0.file.path] == nil }
            .map { (path: $0.file.path, fingerprint: $0.file.fingerprint) }
        for (file, id) in zip(files, try state.uploadIDs(for: files)) { ids[file.path] = id }
    }
}
