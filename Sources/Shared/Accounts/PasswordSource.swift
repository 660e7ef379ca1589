internal import Platform

/// A password file as it was read last, and what reads it again when it has changed: one thread at a time.
final class PasswordSource: Sendable {
    private let path: String
    private let warn: @Sendable (String) -> Void
    private let state: Monitor<State>

    private struct State {
        var file: PasswordFile
        /// The attributes that the file had before it was read; nil when they can't tell a change.
        var status: FileStatus?
        var lastWarning: String?
        var changes = 0
    }

    /// - Throws: `PasswordFileError` when the file can't be read, or everybody may use it.
    init(path: String, warn: @escaping @Sendable (String) -> Void) throws(PasswordFileError) {
        let (content, status) = try Self.read(path)
        let file = PasswordFile(content)
        (self.path, self.warn) = (path, warn)
        state = Monitor(State(file: file, status: status))
        for warning in Self.warnings(about: file, in: path) { warn(warning) }
    }

    /// As it was read last.
    var file: PasswordFile { state.withLock { $0.file } }
    /// How often its content has changed.
    var changes: Int { state.withLock { $0.changes } }

    /// Reads the file if it has changed.
    func look() {
        let (file, status) = state.withLock { ($0.file, $0.status) }
        let found = Result { () throws(PasswordFileError) in try Self.look(at: path, file, status) }
        for warning in state.withLock({ take(found, &$0) }) { warn(warning) }
    }
}

extension PasswordFile {
    /// - Throws: when it can't be read, or everybody may use it.
    package static func load(path: String) throws(PasswordFileError) -> PasswordFile {
        PasswordFile(try PasswordSource.read(path).0)
    }
}

// MARK: - Reading

extension PasswordSource {
    private static let openToAll: UInt32 = 0o007

    private enum Finding {
        case same
        /// It has other attributes, but says what it said.
        case touched(FileStatus?)
        case changed(PasswordFile, FileStatus?)
    }

    private static func look(
        at path: String, _ file: PasswordFile, _ status: FileStatus?
    ) throws(PasswordFileError) -> Finding {
        if try Self.status(path) == status { return .same }
        let (content, status) = try read(path)
        // To take it apart takes most of a second for 100,000 lines, and a young file is read at each login.
        return content == file.content ? .touched(status) : .changed(PasswordFile(content), status)
    }

    /// - Returns: warnings that are new.
    private func take(_ found: Result<Finding, PasswordFileError>, _ state: inout State) -> [String] {
        switch found {
        case .success(.same): return []
        case .success(.touched(let status)):
            (state.status, state.lastWarning) = (status, nil)
            return []
        case .success(.changed(let file, let status)):
            let old = Self.warnings(about: state.file, in: path)
            (state.file, state.status, state.lastWarning) = (file, status, nil)
            state.changes += 1
            let new = Self.warnings(about: file, in: path)
            return new == old ? [] : new
        case .failure(let error):
            let warning = "the password file has changed and isn't used, the old one still counts: \(error)"
            defer { state.lastWarning = warning }
            return warning == state.lastWarning ? [] : [warning]
        }
    }

    private static func status(_ path: String) throws(PasswordFileError) -> FileStatus {
        do throws(SystemError) {
            return try FileDescriptor.openForReading(path: path).status()
        } catch {
            throw .unreadable(error)
        }
    }

    fileprivate static func read(_ path: String) throws(PasswordFileError) -> ([UInt8], FileStatus?) {
        let content: [UInt8]
        let status: FileStatus
        do throws(SystemError) {
            let descriptor = try FileDescriptor.openForReading(path: path)
            status = try descriptor.status()
            guard status.kind == .regular else {
                throw SystemError("use", escaped(path), errno: status.kind == .directory ? .isDirectory : .invalid)
            }
            content = try descriptor.readAll(limit: PasswordFile.largest)
        } catch {
            throw .unreadable(SystemError(error.operation, escaped(path), errno: error.errno))
        }
        guard status.permissions & openToAll == 0 else { throw .openToAll(path: path) }
        if ByteOrderMark.isUTF16(content) { throw .isUTF16(path: path) }
        // Two changes within a tick of the file system's clock leave the same times: a file that young is read again.
        let isSettled = status.modified.seconds < currentUnixTime() - 1
        return (content, isSettled ? status : nil)
    }

    private static func warnings(about file: PasswordFile, in path: String) -> [String] {
        let start = "the password file \(escaped(path))"
        return file.problems.map { "\(start), \($0); this user can't log in" }
            + file.weaknesses.filter(\.isOfSeed).map { "\(start), \($0)" }
    }
}
