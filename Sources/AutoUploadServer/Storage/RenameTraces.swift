import Platform

/// What a power cut may leave of a file's way from the staging folder to its final name.
enum RenameTraces: Sendable {
    /// One name, the old or the new: a rename is one step of a journal or a tree.
    case none
    /// Both names, and a number of links that knows of one only. That they belong to one file shows in its inode number.
    case twoNames
    /// Both names, and nothing tells that they belong to one file, as on FAT.
    case unrecognizable

    init(on folder: Directory) throws(SystemError) {
        let kind = try folder.descriptor.fileSystemKind()
        if kind.renamesAtOnce {
            self = .none
        } else if kind.mayHaveJournal, try FileSystemJournal(of: folder) == .inUse {
            self = .none
        } else {
            self = kind.keepsInodeNumbers ? .twoNames : .unrecognizable
        }
    }

    /// Whether what is unfinished can be gone on with after a restart.
    var keepsPartials: Bool { self != .unrecognizable }
}

/// Flushes that names are taken away, where the medium might bring an old one back: before anything is confirmed, as whoever
/// removes such a name destroys what it names.
struct MovesFlush: Sendable {
    /// The storage folder.
    let root: Directory
    let traces: RenameTraces

    /// - Parameter folders: that files were moved out of.
    func run(_ folders: [Directory], _ flusher: Flusher) throws(SystemError) {
        switch traces {
        case .none: break
        case .twoNames:
            for folder in folders { try flusher.flush(folder) }
        // There flushing the folders alone wasn't seen to be enough.
        case .unrecognizable: try flusher.flushAll(root)
        }
    }
}
