import Platform

/// Why the client's state can't be used.
enum StateError: Error, Sendable {
    /// No place for it was named, and none could be found; says what to do.
    case noPlace(String)
    /// The folder or file can't be made, opened or flushed.
    case system(SystemError)
    /// SQLite refused: what was tried, on which file, and why.
    case database(operation: String, path: String, reason: String)
    /// The file was written by a newer version of this program.
    case tooNew(path: String, version: Int64)
}

extension StateError: CustomStringConvertible {
    var description: String {
        switch self {
        case .noPlace(let text): text
        case .system(let error): error.description
        case .database(let operation, let path, let reason): "can't \(operation) in \(escaped(path)): \(reason)"
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
