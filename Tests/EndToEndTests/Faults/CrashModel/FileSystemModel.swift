/// A file system of which a crash leaves no more than it must: whatever was done since the last flush that covers it may be
/// there, or not, or, of a write, in part.
///
/// It promises less than ext4 and its like do: to flush a file says nothing of its name, to flush a folder nothing of the
/// folder above or of the files in it. What holds here holds on all of them. Renaming is one step, as it is on all of them.
struct FileSystemModel {
    /// A file or folder. Inode numbers are used again; these aren't.
    typealias Object = Int
    typealias Inode = TraceRecord.Inode

    /// A change that isn't known to be on the medium.
    struct Pending<Change> {
        let change: Change
        let time: Int
        /// A flush that should have covered it failed: no later one proves anything.
        var isDoomed = false
    }

    enum ContentChange {
        case write(offset: Int, [UInt8])
        case truncate(size: Int)
        /// The file has its first name, which changes none of its bytes; a crash that leaves this out may leave none of them.
        case named
    }

    struct EntryChange {
        var removed: String?
        var added: (name: String, object: Object)?
    }

    struct File {
        var durable: [UInt8] = []
        var pending: [Pending<ContentChange>] = []
        /// Whether it never had a name.
        var isUnnamed = false
    }

    struct Folder {
        var durable: [String: Object] = [:]
        var pending: [Pending<EntryChange>] = []
    }

    /// The folder that is given to `init`.
    static let root: Object = 1

    private(set) var files: [Object: File] = [:]
    private(set) var folders: [Object: Folder] = [:]
    private var objects: [Inode: Object] = [:]
    private var time = 0
    private var nextObject = root
    /// When the flushes began that are under way, by thread.
    private var flushes: [UInt32: Int] = [:]

    /// - Parameter root: an empty folder, which is durable: the first object.
    init(root: Inode) {
        addFolder(root)
    }
}

// MARK: - What happens

extension FileSystemModel {
    /// Takes an empty folder, which is durable.
    @discardableResult
    mutating func addFolder(_ inode: Inode) -> Object {
        let object = newObject(inode)
        folders[object] = Folder()
        return object
    }

    /// Takes a file that is durable, with its name.
    mutating func addFile(_ content: [UInt8], _ inode: Inode, in folder: Inode, as name: String) {
        let object = newObject(inode)
        files[object] = File(durable: content)
        if let folder = objects[folder] { folders[folder]?.durable[name] = object }
    }

    mutating func apply(_ record: TraceRecord) {
        time += 1
        switch record.event {
        case .write(let inode, let offset, let bytes): change(inode, .write(offset: offset, bytes))
        case .truncate(let inode, let size): change(inode, .truncate(size: size))
        case .makeFile(let inode, let folder, let name):
            let object = newObject(inode)
            files[object] = File(isUnnamed: name.isEmpty)
            if !name.isEmpty { change(folder, EntryChange(added: (name, object))) }
        case .makeFolder(let inode, let folder, let name):
            let object = newObject(inode)
            folders[object] = Folder()
            change(folder, EntryChange(added: (name, object)))
        case .rename(let inode, let from, let name, let to, let newName): rename(inode, from, name, to, newName)
        case .link(let inode, let folder, let name):
            guard let object = objects[inode] else { return }
            if files[object]?.isUnnamed == true { change(inode, .named) }
            files[object]?.isUnnamed = false
            change(folder, EntryChange(added: (name, object)))
        case .unlink(_, let folder, let name): change(folder, EntryChange(removed: name))
        case .flushing, .flushingAll: flushes[record.thread] = time
        case .flushed(let inode, let outcome):
            guard let begun = flushes.removeValue(forKey: record.thread), let object = objects[inode] else { return }
            end(object, begun: begun, outcome)
        case .flushedAll(let outcome):
            guard let begun = flushes.removeValue(forKey: record.thread) else { return }
            for object in [Object](files.keys) + folders.keys { end(object, begun: begun, outcome) }
        case .sending, .sent, .received, .ended: return
        }
    }

    private mutating func newObject(_ inode: Inode) -> Object {
        defer { nextObject += 1 }
        objects[inode] = nextObject
        return nextObject
    }

    private mutating func change(_ inode: Inode, _ change: ContentChange) {
        guard let object = objects[inode] else { return }
        files[object]?.pending.append(Pending(change: change, time: time))
    }

    private mutating func change(_ folder: Inode, _ change: EntryChange) {
        guard let object = objects[folder] else { return }
        folders[object]?.pending.append(Pending(change: change, time: time))
    }

    private mutating func rename(_ inode: Inode, _ from: Inode, _ name: String, _ to: Inode, _ newName: String) {
        guard let object = objects[inode] else { return }
        if from == to { return change(to, EntryChange(removed: name, added: (newName, object))) }
        change(to, EntryChange(added: (newName, object)))
        change(from, EntryChange(removed: name))
    }

    /// A flush covers what was done before it began; a failed one takes with it all that is there at its end.
    private mutating func end(_ object: Object, begun: Int, _ outcome: TraceRecord.FlushOutcome) {
        files[object]?.end(begun, outcome)
        folders[object]?.end(begun, outcome)
    }
}

// MARK: - What is left

extension FileSystemModel {
    func object(_ inode: Inode) -> Object? { objects[inode] }

    /// The one name that an object has after any crash; nil when it may have another, or none.
    func onlyName(of object: Object) -> String? {
        let possible = folders.values.flatMap { folder in folder.possibleNames(of: object).map { (folder, $0) } }
        guard let (folder, name) = possible.first, possible.count == 1 else { return nil }
        return folder.certain(name) == object ? name : nil
    }
}

extension FileSystemModel.File {
    fileprivate mutating func end(_ begun: Int, _ outcome: TraceRecord.FlushOutcome) {
        for change in pending.settle(begun, outcome) { durable.apply(change) }
    }

    /// Everything, as programs see it.
    var current: [UInt8] { pending.reduce(into: durable) { $0.apply($1.change) } }

    /// Whether a crash may leave it without any name.
    var isBeingNamed: Bool {
        pending.contains { if case .named = $0.change { true } else { false } }
    }

    /// What any crash leaves; nil when crashes leave one thing or another.
    var certain: [UInt8]? { pending.isEmpty ? durable : nil }
}

extension FileSystemModel.Folder {
    fileprivate mutating func end(_ begun: Int, _ outcome: TraceRecord.FlushOutcome) {
        for change in pending.settle(begun, outcome) { durable.apply(change) }
    }

    var current: [String: FileSystemModel.Object] { pending.reduce(into: durable) { $0.apply($1.change) } }

    /// What a name leads to after any crash.
    func certain(_ name: String) -> FileSystemModel.Object? {
        isCertain(name) ? durable[name] : nil
    }

    /// The names that one crash or another leaves it under.
    fileprivate func possibleNames(of object: FileSystemModel.Object) -> Set<String> {
        let added = pending.compactMap { $0.change.added?.object == object ? $0.change.added?.name : nil }
        return Set(durable.filter { $0.value == object }.keys).union(added)
    }

    /// Whether crashes leave one and the same under a name, or nothing.
    func isCertain(_ name: String) -> Bool {
        pending.allSatisfy { $0.change.removed != name && $0.change.added?.name != name }
    }
}

extension Array {
    /// Takes out what a successful flush that began at `time` has made durable, or dooms what a failed one leaves.
    fileprivate mutating func settle<Change>(_ begun: Int, _ outcome: TraceRecord.FlushOutcome) -> [Change]
    where Element == FileSystemModel.Pending<Change> {
        switch outcome {
        case .interrupted: return []
        case .failed:
            for index in indices { self[index].isDoomed = true }
            return []
        case .succeeded:
            // What comes after a lost change can't be told apart from it.
            let covered = prefix { !$0.isDoomed && $0.time < begun }
            removeFirst(covered.count)
            return covered.map(\.change)
        }
    }
}

extension [UInt8] {
    mutating func apply(_ change: FileSystemModel.ContentChange) {
        switch change {
        case .named: return
        case .truncate(let size): resize(size)
        case .write(let offset, let bytes):
            if count < offset + bytes.count { resize(offset + bytes.count) }
            replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
    }

    private mutating func resize(_ size: Int) {
        if count > size { removeLast(count - size) } else { self += [UInt8](repeating: 0, count: size - count) }
    }
}

extension [String: FileSystemModel.Object] {
    mutating func apply(_ change: FileSystemModel.EntryChange) {
        if let removed = change.removed { self[removed] = nil }
        if let added = change.added { self[added.name] = added.object }
    }
}
