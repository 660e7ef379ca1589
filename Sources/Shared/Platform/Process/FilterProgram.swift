internal import CSystemShims
internal import Glibc

/// Another program of this machine, which reads its standard input, answers on its standard output, and ends.
package struct FilterProgram {
    private let path: String

    package init(path: String) {
        self.path = path
    }

    /// Runs it in the C locale, without this process's environment and open files.
    ///
    /// - Parameters:
    ///   - question: no more than a pipe holds: 4 KiB.
    ///   - limit: bytes of the answer that are read, about.
    /// - Returns: nil where it isn't there, or doesn't end well.
    package func answer(to question: borrowing SecretBytes, limit: Int) throws(SystemError) -> [UInt8]? {
        let input = try Pipe()
        let output = try Pipe()
        // Before there is anybody to read it, so that nobody can hang up meanwhile.
        try question.withBytes { bytes throws(SystemError) in try input.writing.write(bytes) }
        let process = start(reading: input.onlyReading(), writing: output.writing)
        let answers = output.onlyReading()
        guard let process else { return nil }
        let answer = Self.read(answers, limit: limit)
        return Self.waitForEnd(of: process) ? try answer.get() : nil
    }

    /// Closes it, too: a program that would say more ends then.
    private static func read(_ answers: consuming FileDescriptor, limit: Int) -> Result<[UInt8], SystemError> {
        do throws(SystemError) {
            return .success(try answers.readToEnd(limit: limit))
        } catch {
            return .failure(error)
        }
    }

    private func start(reading input: consuming FileDescriptor, writing output: borrowing FileDescriptor) -> pid_t? {
        var actions = unsafe posix_spawn_file_actions_t()
        guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { return nil }
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        guard unsafe posix_spawn_file_actions_adddup2(&actions, input.rawValue, STDIN_FILENO) == 0,
            unsafe posix_spawn_file_actions_adddup2(&actions, output.rawValue, STDOUT_FILENO) == 0,
            unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0
        else { return nil }
        var process = pid_t()
        let result = unsafe ArgumentVector([path]).withPointers { arguments in
            unsafe ArgumentVector(["LC_ALL=C"]).withPointers { environment in
                unsafe posix_spawn(&process, path, &actions, nil, arguments, environment)
            }
        }
        return result == 0 ? process : nil
    }

    private static func waitForEnd(of process: pid_t) -> Bool {
        var status: CInt = -1
        while unsafe waitpid(process, &status, 0) == -1 {
            guard Errno.current == .interrupted else { return false }
        }
        return status == 0
    }
}

/// pipe2(2), whose ends no other program inherits.
private struct Pipe: ~Copyable {
    let reading: FileDescriptor
    let writing: FileDescriptor

    init() throws(SystemError) {
        var ends: [CInt] = [-1, -1]
        try systemCall("make a pipe") { unsafe shim_pipe(&ends) }
        reading = FileDescriptor(owning: ends[0])
        writing = FileDescriptor(owning: ends[1])
    }

    /// Closes the other end.
    consuming func onlyReading() -> FileDescriptor { reading }
}
