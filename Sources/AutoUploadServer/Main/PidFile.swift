import CommandLine
import Platform

extension ProcessFile {
    /// - Parameter path: of `--pidfile`; nil: none is wanted.
    static func write(_ path: String?) throws(ProgramError) -> ProcessFile? {
        guard let path else { return nil }
        do throws(ProcessFile.Failure) {
            return try ProcessFile(path: path)
        } catch {
            throw ProgramError("--pidfile \(escaped(path)): \(explain(error))", exitCode: .configuration)
        }
    }

    private static func explain(_ failure: ProcessFile.Failure) -> String {
        switch failure {
        case .taken: "another process has it: end that one, or name another file"
        case .notOurs:
            "there is a file that holds something else than a process's number: move it away, or name another"
        case .system(let error): "\(error)\(advice(on: error))"
        }
    }

    private static func advice(on error: SystemError) -> String {
        switch error.errno {
        case .noEntry: "; make its folder first, as systemd does by RuntimeDirectory="
        case .accessDenied, .readOnly: "; the server's user must be able to write there"
        case .tooManyLinks: "; it is a link, and none is followed: name the file itself"
        default: ""
        }
    }
}
