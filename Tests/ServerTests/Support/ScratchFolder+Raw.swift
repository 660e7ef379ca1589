import Glibc
import Platform
import TestSupport
import Testing

/// What somebody else does in a storage folder, by system calls.
extension ScratchFolder {
    func link(_ name: String, to target: String) throws {
        try #require(unsafe symlink(target, path(name)) == 0)
    }

    func makeSpecial(_ kind: mode_t, _ name: String) throws {
        try #require(unsafe mknod(path(name), kind | 0o600, 0) == 0)
    }

    /// Changes a file's bytes where they stand, and gives it the time that it had.
    func overwrite(_ name: String, with bytes: [UInt8], modified: FileTime) throws {
        let (folder, last) = try #require(splitPath(path(name)))
        let file = try Directory.open(path: folder).open(last, .readingAndWriting)
        try file.write(bytes)
        try file.setModified(modified)
    }

    func move(_ name: String, to newName: String) throws {
        try #require(unsafe rename(path(name), path(newName)) == 0)
    }

    func exists(_ name: String) -> Bool {
        var status = stat()
        return unsafe lstat(path(name), &status) == 0
    }

    func remove(_ name: String) throws {
        try #require(unsafe unlink(path(name)) == 0)
    }

    func truncate(_ name: String, to size: Int) throws {
        try #require(unsafe Glibc.truncate(path(name), size) == 0)
    }

    func hardLink(_ name: String, to target: String) throws {
        try #require(unsafe Glibc.link(path(target), path(name)) == 0)
    }

    /// Bytes that a file takes on the disk.
    func allocated(_ name: String) throws -> UInt64 {
        let (folder, last) = try #require(splitPath(path(name)))
        return try Directory.open(path: folder).status(of: last).allocated
    }

    /// A storage folder with the unfinished uploads of this one, as a process would find them that starts now.
    ///
    /// - Parameter changeRecord: what is done to each record.
    func copyStaging(_ changeRecord: (borrowing FileDescriptor) -> Void = { _ in }) throws -> ScratchFolder {
        let copy = try ScratchFolder("copy")
        for name in try names(in: ".auto-upload/partial") {
            let place = try copy.write(bytes(of: ".auto-upload/partial/" + name), to: ".auto-upload/partial/" + name)
            guard name.hasSuffix(".record"), let (folder, last) = splitPath(place) else { continue }
            changeRecord(try Directory.open(path: folder).open(last, .readingAndWriting))
        }
        return copy
    }

    /// The files in the folder that this process has open.
    func openFiles() throws -> [String] {
        let descriptors = try Directory.open(path: "/proc/self/fd").names()
        return descriptors.compactMap { descriptor in
            var target = [CChar](repeating: 0, count: 4096)
            let length = unsafe readlink("/proc/self/fd/\(descriptor)", &target, target.count)
            guard length > 0 else { return nil }
            let text = String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return text.hasPrefix(path + "/") ? String(text.dropFirst(path.count + 1)) : nil
        }
    }
}
