import Platform

/// Which of the files that are due goes first.
struct SendingOrder: Hashable, Sendable {
    /// Before all others, with so many of the same folder just before and after each.
    var first: [NamePattern] = []
    var neighbours = 0
    var isNewestFirst = false

    /// - Parameter tasks: oldest first.
    func arranged(_ tasks: [SyncTask]) -> [SyncTask] {
        let urgent = urgent(among: tasks)
        let ordered = isNewestFirst ? Array(tasks.reversed()) : tasks
        guard !urgent.isEmpty else { return together(ordered) }
        return together(ordered.filter { urgent.contains($0.file.path) })
            + together(ordered.filter { !urgent.contains($0.file.path) })
    }

    private func urgent(among tasks: [SyncTask]) -> Set<LocalPath> {
        guard !first.isEmpty else { return [] }
        var urgent: Set<LocalPath> = []
        for folder in Dictionary(grouping: tasks, by: \.file.path.folders).values {
            for index in folder.indices where first.contains(where: { $0.covers(folder[index].file.path) }) {
                let near = max(0, index - neighbours)...min(folder.count - 1, index + neighbours)
                urgent.formUnion(folder[near].map(\.file.path))
            }
        }
        return urgent
    }

    /// What belongs together goes at the place of the one that goes first.
    private func together(_ tasks: [SyncTask]) -> [SyncTask] {
        // Mostly nothing does, and the groups of a large folder take room.
        if Set(tasks.lazy.map { ShortMark($0.file.path.stem) }).count == tasks.count { return tasks }
        var places: [LocalPath: Int] = [:]
        var groups: [[SyncTask]] = []
        for task in tasks {
            let stem = task.file.path.stem
            if let place = places[stem] {
                groups[place].append(task)
            } else {
                places[stem] = groups.count
                groups.append([task])
            }
        }
        return groups.count == tasks.count ? tasks : groups.flatMap(\.self)
    }
}

extension LocalPath {
    /// The path without the ending of the name: "a/clip.mp4" and "a/clip.gpx" have the same.
    fileprivate var stem: LocalPath {
        guard let dot = name.bytes.lastIndex(of: UInt8(ascii: ".")), dot > 0, let stem = FileName(name.bytes[..<dot])
        else { return self }
        return sibling(named: stem)
    }
}
