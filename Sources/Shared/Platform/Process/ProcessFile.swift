internal import Glibc

/// A file that tells the process's number to whom that concerns (a "pid file").
///
/// It is locked while the process lives, so that one that a killed process left is told from another's. A link is never followed,
/// and what looks like no such file is never overwritten.
package final class ProcessFile: Sendable {
    private let folder: Directory
    private let name: FileName
    private let file: FileDescriptor
    private let identity: FileIdentity

    /// For everybody to read.
    private static let mode: UInt32 = 0o644
    /// Bytes.
    private static let longest = 32

    /// Why it can't be written.
    package enum Failure: Error, Hashable, Sendable {
        case system(SystemError)
        /// Another process, which lives, has it.
        case taken
        /// There is a file that holds something else.
        case notOurs
    }

    /// Writes the file.
    package init(path: String) throws(Failure) {
        do throws(SystemError) {
            guard let (folder, name) = splitPath(path) else {
                throw SystemError("write", escaped(path), errno: .invalid)
            }
            self.folder = try Directory.open(path: folder)
            self.name = name
            file = try self.folder.open(name, .openingOrCreating(permissions: 0o600))
            identity = try file.status().identity
        } catch {
            throw .system(SystemError(error.operation, escaped(path), errno: error.errno))
        }
        try Self.claim(file, path)
        // The one who had it may have removed it just now.
        guard (try? folder.status(of: name))?.identity == identity else { throw .taken }
        do throws(SystemError) {
            try file.truncate(to: 0)
            try file.seek(to: 0)
            try file.write(Array("\(getpid())\n".utf8))
            try file.setPermissions(Self.mode)
        } catch {
            throw .system(SystemError(error.operation, escaped(path), errno: error.errno))
        }
    }

    private static func claim(_ file: borrowing FileDescriptor, _ path: String) throws(Failure) {
        let isLocked: Bool
        let content: [UInt8]
        do throws(SystemError) {
            guard try file.status().kind == .regular else { throw SystemError("write", errno: .invalid) }
            isLocked = try file.tryLock(exclusive: true)
            // A longer one is an error here.
            content = (try? file.readAll(limit: longest)) ?? [0]
        } catch {
            throw .system(SystemError(error.operation, escaped(path), errno: error.errno))
        }
        guard isLocked else { throw .taken }
        let isNumber = content.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x0a || $0 == 0x0d || $0 == 0x20 }
        guard isNumber else { throw .notOurs }
    }

    /// Takes the file away, unless another is there by now.
    package func remove() {
        guard (try? folder.status(of: name))?.identity == identity else { return }
        try? folder.remove(name)
    }
}
