import Platform

/// Whether somebody is still writing a recording.
enum WriterCheck {
    /// Tells by a read lease, taken and given back at once.
    ///
    /// - Parameter descriptor: open for reading only.
    /// - Returns: `.unknown` also where a lease says nothing about other writers (network, FUSE) and where the kind of
    ///   the file system can't be read; unless a record lock tells that somebody is at work.
    static func state(of descriptor: borrowing FileDescriptor) -> WriterState {
        let kind = try? descriptor.fileSystemKind()
        let state = kind?.seesEveryWriter == true ? descriptor.writerState() : .unknown
        return state == .unknown && descriptor.isLockedForWriting() ? .writing : state
    }

    /// The same for a file that isn't open yet.
    static func state(of path: LocalPath, in folder: WatchedFolder) -> WriterState {
        do throws(SystemError) {
            return state(of: try folder.open(path, .readingQuietly))
        } catch {
            // A write lease stands against our opening, as Samba's kernel oplocks do: its holder has it open for writing.
            return error.errno == .tryAgain ? .writing : .unknown
        }
    }
}
