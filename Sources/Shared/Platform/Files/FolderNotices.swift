internal import Glibc

/// The kernel's word of what happens in folders: inotify(7). It keeps nothing open there, and a file system can be unmounted all the
/// same. Of what other machines do, and of what is written through a mapping, it tells nothing.
package final class FolderNotices: Sendable {
    /// Names a folder that is watched: the same one always the same.
    package struct Watch: Hashable, Sendable {
        fileprivate let number: CInt
    }

    package enum Notice: Hashable, Sendable {
        /// A file that was open for writing was closed.
        case closed(Watch, FileName)
        /// Something was given this name that had another.
        case arrived(Watch, FileName)
        /// The folder is watched no longer: it was removed, or its file system unmounted.
        case ended(Watch)
        /// There were more than the kernel keeps.
        case lost
    }

    private let descriptor: FileDescriptor

    private static let mask = UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO)
    private static let flags = UInt32(IN_ONLYDIR) | UInt32(IN_EXCL_UNLINK)
    /// Bytes of an event before its name: the watch, what happened, what belongs together, and the length of the name.
    private static let headLength = 16

    /// - Throws: `SystemError` (EMFILE) where this user watches as often as anybody may.
    package init() throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try systemCall("listen for changes in folders") {
                inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK))
            })
    }

    /// - Throws: `SystemError` (ENOSPC) where as many folders are watched as may be.
    package func watch(_ folder: Directory) throws(SystemError) -> Watch {
        let path = "/proc/self/fd/\(folder.descriptor.rawValue)"
        let number = try systemCall("watch a folder") {
            unsafe inotify_add_watch(descriptor.rawValue, path, Self.mask | Self.flags)
        }
        return Watch(number: number)
    }

    package func end(_ watch: Watch) {
        _ = inotify_rm_watch(descriptor.rawValue, watch.number)
    }

    /// Takes what has happened since the last call; waits for nothing.
    package func take() -> [Notice] {
        var notices: [Notice] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = unsafe read(descriptor.rawValue, &buffer, buffer.count)
            guard count > 0 else { return notices }
            Self.parse(buffer[..<count], into: &notices)
        }
    }

    /// Waits until something has happened.
    package func wait() {
        var one = [pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)]
        _ = unsafe poll(&one, 1, -1)
    }

    private static func parse(_ bytes: ArraySlice<UInt8>, into notices: inout [Notice]) {
        var rest = bytes
        while rest.count >= headLength {
            let words = (0..<4).map { word in
                rest.dropFirst(word * 4).prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            }
            let watch = Watch(number: CInt(bitPattern: words[0]))
            rest = rest.dropFirst(headLength)
            let name = FileName(rest.prefix(Int(words[3])).prefix { $0 != 0 })
            rest = rest.dropFirst(Int(words[3]))
            if let notice = notice(words[1], watch, name) { notices.append(notice) }
        }
    }

    private static func notice(_ mask: UInt32, _ watch: Watch, _ name: FileName?) -> Notice? {
        if mask & UInt32(IN_Q_OVERFLOW) != 0 { return .lost }
        if mask & UInt32(IN_IGNORED) != 0 { return .ended(watch) }
        guard let name, mask & UInt32(IN_ISDIR) == 0 else { return nil }
        return mask & UInt32(IN_CLOSE_WRITE) != 0 ? .closed(watch, name) : .arrived(watch, name)
    }
}
