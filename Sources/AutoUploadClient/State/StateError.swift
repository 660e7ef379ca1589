import Platform
import SQLite

/// Why the client's state can't be used.
enum StateError: Error, Sendable {
    /// No place for it was named, and none could be found; says what to do.
    case noPlace(String)
    /// The folder or file can't be made, opened or flushed.
    case system(path: String, SystemError)
    /// This machine gives no random bytes.
    case noRandomness(SystemError)
    /// SQLite refused: what was tried, on which file, and why.
    case database(operation: String, path: String, SQLiteError)
    /// The file was written by a newer version of this program.
    case tooNew(path: String, version: Int64)
}

extension StateError: CustomStringConvertible {
    var description: String {
        switch self {
        case .noPlace(let text): text
        case .system(let path, let error): "--state \(escaped(path)): \(error)"
        case .noRandomness(let error): error.description
        case .database(let operation, let path, let error):
            "--state \(escaped(path)): can't \(operation): \(error)" + Self.advice(on: path, error)
        case .tooNew(let path, let version):
            "--state \(escaped(path)): it was written by a newer auto-upload-client (schema \(version)): update this one, "
                + "or name another place"
        }
    }
}

extension StateError {
    /// What to do about a file that can't be locked, or used, where it is.
    private static func advice(on path: String, _ error: SQLiteError) -> String {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        guard let kind = try? Directory.open(path: folder + "/").descriptor.fileSystemKind() else { return "" }
        return advice(on: kind, error)
    }

    /// - Parameter kind: of the file system that the state is on.
    static func advice(on kind: FileSystemKind, _ error: SQLiteError) -> String {
        if kind.seesEveryWriter {
            return error.meansLocked ? "; another program uses it, and didn't end that within some seconds" : ""
        }
        guard error.meansLocked || error.mayMeanFullDisk else { return "" }
        // Locks are then this machine's own, which is enough: no other uses the state.
        let or = [.cifs, .smb].contains(kind) ? ", or mount the share with nobrl" : ""
        return
            "; a file system such as the one that it is on (\(kind.name)) may not lock files as that needs: keep it on a local "
            + "disk, by --state FOLDER\(or)"
    }
}

extension StateError {
    /// How the program should end when it can't go on without its state.
    var exitCode: ExitCode {
        switch self {
        case .noPlace, .tooNew: .configuration
        case .system: .cantCreate
        case .noRandomness: .operatingSystem
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
        case .noPlace, .tooNew, .noRandomness: false
        case .system(_, let error): error.errno.meansNoRoom
        case .database(_, _, let error): error.meansNoRoom
        }
    }
}
