package import Platform

/// Changes a password file so that a reader sees the old one or the new one, whole, also after a power cut.
///
/// Two editors at once both land: each holds a lock on `.NAME.lock` beside the file from reading to renaming. That file
/// stays, as /etc/.pwd.lock does: removing it would let a third in beside the second.
package struct PasswordFileEditor: Sendable {
    private let folder: Directory
    private let name: FileName
    private let lockName: FileName
    private let newName: FileName
    private let path: String

    private static let lockSeconds = 10.0
    private static let privateMode: UInt32 = 0o600
    private static let groupReading: UInt32 = 0o040
    /// The server doesn't take a file that everybody may use.
    private static let ofEverybody: UInt32 = 0o007

    /// - Parameter path: of the file, which needs not exist; a link is followed, so that what it leads to is replaced.
    package init(path: String) throws(PasswordFileError) {
        do throws(SystemError) {
            let real = try Self.resolve(path)
            guard let (folder, name) = splitPath(real), let lockName = FileName(".\(name.text).lock"),
                let newName = FileName(".\(name.text).new")
            else { throw SystemError("use", escaped(path), errno: .invalid) }
            self.folder = try Directory.open(path: folder)
            (self.name, self.lockName, self.newName) = (name, lockName, newName)
        } catch {
            throw .unreadable(error)
        }
        self.path = path
    }

    /// The file as it is now.
    ///
    /// - Parameter mustExist: otherwise a file that isn't there counts as empty.
    package func load(mustExist: Bool) throws(PasswordFileError) -> PasswordFile {
        PasswordFile(try read(mustExist: mustExist).content)
    }

    /// Reads the file, lets `change` alter it, and writes it if it did.
    ///
    /// - Parameter mustExist: otherwise a file that isn't there is made.
    /// - Throws: `PasswordFileError`, or as `.refused` what `change` throws; the file is then as it was.
    package func edit(
        mustExist: Bool, _ change: (inout PasswordFile) throws(PasswordChangeError) -> Void
    ) throws(PasswordFileError) {
        try edit(holding: takeLock(), mustExist: mustExist, change)
    }

    /// - Parameter lock: released when this returns.
    private func edit(
        holding lock: consuming FileDescriptor, mustExist: Bool,
        _ change: (inout PasswordFile) throws(PasswordChangeError) -> Void
    ) throws(PasswordFileError) {
        let (old, status) = try read(mustExist: mustExist)
        var file = PasswordFile(old)
        do throws(PasswordChangeError) {
            try change(&file)
        } catch {
            throw .refused(error)
        }
        guard file.content != old || status == nil else { return }
        do throws(SystemError) {
            try replace(with: file.content, like: status)
        } catch {
            if error.meansNoSecrets { throw .cantBePrivate(path: path) }
            throw .unwritable(SystemError(error.operation, escaped(path), errno: error.errno))
        }
    }

    private static func resolve(_ path: String) throws(SystemError) -> String {
        do throws(SystemError) {
            return try canonicalPath(path)
        } catch {
            guard error.errno == .noEntry else { throw error }
            return path
        }
    }

    private func takeLock() throws(PasswordFileError) -> FileDescriptor {
        do throws(SystemError) {
            let lock = try folder.open(lockName, .openingOrCreating(permissions: Self.privateMode))
            if try lock.lock(exclusive: true, until: .after(seconds: Self.lockSeconds)) { return lock }
        } catch {
            throw .unwritable(SystemError("lock", escaped(path), errno: error.errno))
        }
        throw .busy
    }

    private func read(mustExist: Bool) throws(PasswordFileError) -> (content: [UInt8], FileStatus?) {
        let content: [UInt8]
        let status: FileStatus
        do throws(SystemError) {
            let descriptor = try folder.open(name, .reading)
            status = try descriptor.status()
            guard status.kind == .regular else {
                throw SystemError("use", escaped(path), errno: status.kind == .directory ? .isDirectory : .invalid)
            }
            content = try descriptor.readAll(limit: PasswordFile.largest)
        } catch {
            if error.errno == .noEntry, !mustExist { return ([], nil) }
            throw .unreadable(SystemError(error.operation, escaped(path), errno: error.errno))
        }
        if ByteOrderMark.isUTF16(content) { throw .isUTF16(path: path) }
        return (content, status)
    }

    private func replace(with content: [UInt8], like status: FileStatus?) throws(SystemError) {
        do throws(SystemError) {
            try folder.remove(newName)
        } catch {
            // Left by an editor that was killed, if it is there.
            guard error.errno == .noEntry else { throw error }
        }
        do throws(SystemError) {
            try write(content, like: status)
            try folder.rename(newName, to: folder, as: name)
        } catch {
            try? folder.remove(newName)
            throw error
        }
        try folder.flush()
    }

    private func write(_ content: [UInt8], like status: FileStatus?) throws(SystemError) {
        let new = try folder.open(newName, .creating(permissions: Self.privateMode))
        let made = try new.status()
        if let status, status.owner != made.owner || status.group != made.group {
            try new.setOwner(status.owner, group: status.group)
        }
        try new.setPermissions(
            Self.privateMode | (status?.permissions ?? 0) & Self.groupReading, denying: Self.ofEverybody)
        try new.write(content)
        try new.flush()
        try new.close()
    }
}

extension PasswordFile {
    /// Bytes; some 500,000 users.
    package static let largest = 64 * 1024 * 1024
}

/// Why a password file can't be used or changed.
package enum PasswordFileError: Error, Hashable, Sendable {
    case unreadable(SystemError)
    case unwritable(SystemError)
    /// Another program holds the lock.
    case busy
    case refused(PasswordChangeError)
    /// Permissions let everybody at it.
    case openToAll(path: String)
    /// They would, whatever permissions a new one is given.
    case cantBePrivate(path: String)
    case isUTF16(path: String)
}

extension PasswordFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let error), .unwritable(let error): error.description
        case .busy: "another program has been changing the password file for too long; try again later"
        case .refused(.taken(let line)):
            "the name is taken by line \(line) of the password file (capital letters don't count); to give the user another "
                + "password, add --update"
        case .refused(.noSuchUser):
            "there is no such user in the password file; --list shows who is there (capital letters count)"
        case .refused(.unclear):
            "what stands where in the user's line can't be told: remove the user first"
        case .refused(.lastAdmin):
            "the last admin who isn't locked keeps role and access; adduser, on the server, can change that"
        case .openToAll(let path):
            "the password file \(escaped(path)) can be used by everybody; run chmod o= on it. Where that changes nothing, "
                + SystemError.adviceOnSecrets
        case .cantBePrivate(let path):
            "the password file \(escaped(path)) isn't written, as everybody could read it: \(SystemError.adviceOnSecrets), or keep "
                + "the file on another one"
        case .isUTF16(let path): "the password file \(escaped(path)) \(ByteOrderMark.complaintAboutUTF16)"
        }
    }

    /// The code of sysexits(3) that a program leaves with.
    package var exitCode: ExitCode {
        switch self {
        case .unreadable: .noInput
        case .unwritable, .cantBePrivate, .refused(.taken), .refused(.unclear), .refused(.lastAdmin): .cantCreate
        case .busy: .temporaryFailure
        case .refused(.noSuchUser): .noUser
        case .openToAll: .configuration
        case .isUTF16: .dataError
        }
    }
}

extension FileName {
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
