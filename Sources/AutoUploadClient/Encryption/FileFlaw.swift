import Age
import CommandLine
import Platform

/// What became of one file that was to be made into another.
enum FileFlaw: Error {
    case system(SystemError)
    case age(AgeError)
    /// It became shorter while it was read.
    case changed
    /// Its beginning isn't what was encrypted by the same key before.
    case unlikeBefore
    /// The state can't note what it must before more is encrypted.
    case unnoted

    /// Runs `body`, and gives what it throws as one of these.
    static func wrapping<R: ~Copyable>(_ body: () throws(SystemError) -> R) throws(FileFlaw) -> R {
        do throws(SystemError) {
            return try body()
        } catch {
            throw .system(error)
        }
    }

    static func wrapping<R: ~Copyable>(_ body: () throws(AgeError) -> R) throws(FileFlaw) -> R {
        do throws(AgeError) {
            return try body()
        } catch {
            throw .age(error)
        }
    }

    var exitCode: ExitCode {
        switch self {
        case .system(let error): error.errno == .exists ? .cantCreate : .inputOutput
        case .age: .dataError
        case .changed, .unlikeBefore, .unnoted: .temporaryFailure
        }
    }
}

extension FileFlaw: CustomStringConvertible {
    var description: String {
        switch self {
        case .system(let error):
            error.errno == .exists ? "what it would become is there already, and stays" : "\(error)"
        case .age(let error): error.description
        case .changed, .unlikeBefore: "it changed while it was read"
        case .unnoted: "the state can't note that it is encrypted"
        }
    }
}
