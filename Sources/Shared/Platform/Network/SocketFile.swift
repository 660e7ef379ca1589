internal import Glibc

/// The file of a socket that this process listens on.
///
/// Who listens there holds a lock on `.NAME.lock` beside it, which stays: two that start at once never take each other's place.
final class SocketFile: Sendable {
    private let folder: Directory
    private let name: FileName
    private let lock: FileDescriptor
    /// As it was given, for messages.
    private let path: String

    /// For its owner and group.
    private static let mask: mode_t = 0o117
    private static let lockMode: UInt32 = 0o600

    /// Makes sure that nobody has the path; what a dead process has left there is removed.
    ///
    /// - Throws: EADDRINUSE when somebody listens there, EEXIST when something else is there.
    init(path: String) throws(SystemError) {
        self.path = path
        guard let (folder, name) = splitPath(path),
            let lockName = FileName(Array(".".utf8) + name.bytes + Array(".lock".utf8))
        else { throw SystemError(Self.listening, escaped(path), errno: .invalid) }
        self.folder = try Directory.open(path: folder)
        self.name = name
        lock = try self.folder.open(lockName, .openingOrCreating(permissions: Self.lockMode))
        guard try lock.tryLock(exclusive: true) else { throw failure(.addressInUse) }
        try removeLeftover()
    }

    private static let listening = "listen on"

    private func failure(_ errno: Errno) -> SystemError {
        SystemError(Self.listening, escaped(path), errno: errno)
    }

    private func removeLeftover() throws(SystemError) {
        guard try isSocketThere() else { return }
        guard let address = SocketAddress(path: path) else { throw failure(.nameTooLong) }
        do throws(SystemError) {
            _ = try Socket.connect(to: [address], deadline: .after(seconds: 1))
        } catch {
            switch error.errno {
            case .connectionRefused: return try folder.remove(name)
            // More want to be accepted than may wait.
            case .tryAgain, .timedOut: throw failure(.addressInUse)
            default: throw failure(error.errno)
            }
        }
        throw failure(.addressInUse)
    }

    /// - Throws: EEXIST when something else is there.
    private func isSocketThere() throws(SystemError) -> Bool {
        var status = stat()
        let folder = folder.descriptor.rawValue
        let text = String(decoding: name.bytes, as: UTF8.self)
        do throws(SystemError) {
            try systemCall(Self.listening, escaped(path)) {
                unsafe fstatat(folder, text, &status, AT_SYMLINK_NOFOLLOW)
            }
        } catch {
            if error.errno == .noEntry { return false }
            throw error
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw failure(.exists) }
        return true
    }

    /// Gives the socket its file, which has the right permissions from the first moment. No other thread may make files meanwhile.
    func bind(_ socket: borrowing FileDescriptor, to address: SocketAddress) throws(SystemError) {
        let before = umask(Self.mask)
        defer { umask(before) }
        try socket.bind(to: address)
    }

    /// Takes the file away, as nobody listens there any more.
    func remove() {
        try? folder.remove(name)
    }
}

extension FileDescriptor {
    func bind(to address: SocketAddress) throws(SystemError) {
        let raw = rawValue
        try systemCall("listen on", address.description) {
            unsafe address.withAddress { unsafe Glibc.bind(raw, $0, $1) }
        }
    }
}
