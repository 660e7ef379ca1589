internal import Glibc

/// Opening by a path that a person chose on the command line or in a configuration.
extension FileDescriptor {
    /// Opens a file for reading. Links are followed: the path is a person's own.
    package static func openForReading(path: String) throws(SystemError) -> FileDescriptor {
        let raw = try systemCall("open", escaped(path)) { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) }
        return FileDescriptor(owning: raw)
    }
}

/// A path split into the folder that holds its last name and that name, for replacing a file atomically.
///
/// - Returns: nil when the path ends in no name ("/", "..").
package func splitPath(_ path: String) -> (folder: String, name: FileName)? {
    let bytes = Array(path.utf8)
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else {
        return FileName(bytes).map { (".", $0) }
    }
    guard let name = FileName(bytes[(slash + 1)...]) else { return nil }
    return (slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self), name)
}

/// The absolute path without links, dots or doubled slashes. The corresponding C function is `realpath`.
package func canonicalPath(_ path: String) throws(SystemError) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw SystemError("find", escaped(path), errno: .current) }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
}

/// Makes a folder and those above it that are missing.
///
/// - Parameter permissions: of each folder that is made.
package func makeFolders(path: String, permissions: UInt32) throws(SystemError) {
    if unsafe access(path, F_OK) == 0 { return }
    if let (parent, _) = splitPath(path), parent != ".", parent != "/" {
        try makeFolders(path: parent, permissions: permissions)
    }
    do throws(SystemError) {
        try systemCall("make the folder", escaped(path)) { unsafe mkdir(path, permissions) }
    } catch {
        if error.errno != .exists { throw error }
    }
}
