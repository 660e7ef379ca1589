import Wire

/// The files that wait for their turn, oldest first, and the ids that they are uploaded under.
struct Backlog {
    private var tasks: [SyncTask]
    private var next = 0
    private var ids: [LocalPath: StoredUploadID] = [:]
    /// That files are encrypted, and to whom.
    private let encryption: EncryptionPolicy?

    /// How many ids are stored for the price of one flush.
    private static let batch = 1024

    init(_ tasks: [SyncTask], _ encryption: EncryptionPolicy? = nil) {
        self.tasks = tasks
        self.encryption = encryption
    }

    var waiting: [SyncTask] { Array(tasks[next...]) }
    var isEmpty: Bool { next >= tasks.count }
    var first: SyncTask? { isEmpty ? nil : tasks[next] }

    mutating func removeFirst() {
        if !isEmpty { next += 1 }
    }

    /// Lets a file wait for another turn, behind the others.
    mutating func putBack(_ task: SyncTask) {
        tasks.append(task)
    }

    /// Lets a file that was taken out have the next turn.
    mutating func putFirst(_ task: SyncTask) {
        guard next > 0 else { return tasks.insert(task, at: 0) }
        next -= 1
        tasks[next] = task
    }

    /// The id to upload the first file under, stored before this returns, with those of small files behind it.
    ///
    /// - Returns: nil when none is left.
    mutating func uploadID(in state: ClientState) throws(StateError) -> StoredUploadID? {
        guard let first else { return nil }
        let path = first.file.path
        if ids[path] == nil { try fetchIDs(from: state) }
        if first.isKnownAbsent, ids[path]?.isSpent == true {
            ids[path] = try state.newUploadID(for: path, first.file.fingerprint, encryption)
        }
        return ids[path]
    }

    /// Seals that were made for files, and not used.
    var unusedSeals: [SealInUse] { ids.values.compactMap(\.seal) }

    /// Takes the first file's id out of use: offered once, it isn't fresh any more.
    mutating func removeID(of path: LocalPath) {
        ids[path] = nil
    }

    private mutating func fetchIDs(from state: ClientState) throws(StateError) {
        let files = withoutID.map { (path: $0.file.path, fingerprint: $0.file.fingerprint) }
        for (file, id) in zip(files, try state.uploadIDs(for: files, encryption)) { ids[file.path] = id }
    }

    /// The first file, and others with it. After a restart an id that is stored counts as begun: a small file is asked
    /// about then, but a large one would have to be read as a whole for nothing.
    private var withoutID: [SyncTask] {
        tasks[next...].prefix(Self.batch).enumerated().filter { index, task in
            task.purpose == .upload && (index == 0 || task.file.isSmall && !task.mustAsk) && ids[task.file.path] == nil
        }.map(\.element)
    }
}
