import Platform

/// Why the client's state can't be used.
enum StateError: Error, Sendable {
    /// No place for it was named, and none could be found; says what to do.
    case noPlace(String)
    /// The folder or file can't be made, opened or flushed.
    case system(SystemError)
    /// SQLite refused: what was tried, on which file, and why.
    case database(operation: String, path: String, SQLiteError)
    /// The file was written by a newer version of this program.
    case tooNew(path: String, version: Int64)
}

extension StateError: CustomStringConvertible {
    var description: String {
        switch self {
        case .noPlace(let text): text
        case .system(let error): error.description
        case .database(let operation, let path, let error): "can't \(operation) in \(escaped(path)): \(error.message)"
        case .tooNew(let path, let version):
            "\(escaped(path)) was written by a newer auto-upload-client (schema \(version)): update this one, "
                + "or name another place by --state"
        }
    }
}

extension StateError {
    /// How the program should end when it can't go on without its state.
    var exitCode: ExitCode {
        switch self {
        case .noPlace, .tooNew: .configuration
        case .system: .cantCreate
        case .database: .inputOutput
        }
    }
}

extension StateError {
    init(_ operation: String, _ path: String, _ error: SQLiteError) {
        self = .database(operation: operation, path: path, error)
    }

    /// Whether it is for want of room, or of leave to write: nothing that another file would mend.
    var meansNoRoom: Bool {
        switch self {
        case .noPlace, .tooNew: false
        case .system(let error): error.errno.meansNoRoom
        case .database(_, _, let error): error.meansNoRoom
        }
    }
}
