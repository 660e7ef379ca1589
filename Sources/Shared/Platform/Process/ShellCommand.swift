internal import CSystemShims
internal import Glibc

/// A command of the admin's, run by /bin/sh beside this process: in a session of its own, with an environment that has nothing of
/// ours, and without input. What it says goes where this process's words go.
package enum ShellCommand {
    /// How one has ended.
    package enum Ending: Hashable, Sendable {
        case exited(Int32)
        case killed(bySignal: Int32)
        /// It took too long, and was ended with what it has started.
        case timedOut
    }

    /// Starts a command, and doesn't wait for it.
    ///
    /// - Parameters:
    ///   - seconds: after which it is ended.
    ///   - ended: is called once, by another thread.
    package static func start(
        _ text: String, seconds: Double, ended: @escaping @Sendable (Ending) -> Void
    ) throws(SystemError) {
        let process = try spawn(["/bin/sh", "-c", text], input: nil)
        do throws(SystemError) {
            try Thread.detach { ended(wait(for: process, until: .after(seconds: seconds))) }
        } catch {
            kill(-process, SIGKILL)
            var status: CInt = 0
            unsafe waitpid(process, &status, 0)
            throw error
        }
    }

    /// A command that goes on beside this process until it is to end, or this process has ended, however that did.
    package final class Companion: Sendable {
        private let process: pid_t
        private let input: FileDescriptor

        /// Starts a command whose input ends when it is to end.
        package init(_ text: String) throws(SystemError) {
            var ends: [CInt] = [-1, -1]
            try systemCall("make a pipe") { unsafe shim_pipe(&ends) }
            let reading = FileDescriptor(owning: ends[0])
            input = FileDescriptor(owning: ends[1])
            process = try spawn(["/bin/sh", "-c", text], input: reading.rawValue)
        }

        deinit {
            // By a thread of its own: nobody waits for it.
            let process = process
            try? Thread.detach { _ = ShellCommand.wait(for: process, until: .after(seconds: ShellCommand.leave)) }
        }
    }

    /// Seconds between looks at whether it has ended.
    private static let look = 0.1
    /// Seconds in which one that is to end ends by itself.
    private static let leave = 5.0

    private static func wait(for process: pid_t, until deadline: Deadline) -> Ending {
        if let ending = ending(of: process, until: deadline) { return ending }
        // The whole session: what it has started, too.
        kill(-process, SIGTERM)
        if ending(of: process, until: .after(seconds: leave)) == nil {
            kill(-process, SIGKILL)
            var status: CInt = 0
            unsafe waitpid(process, &status, 0)
        }
        return .timedOut
    }

    private static func ending(of process: pid_t, until deadline: Deadline) -> Ending? {
        while true {
            var status: CInt = 0
            if unsafe waitpid(process, &status, WNOHANG) == process { return Ending(status) }
            if deadline.hasPassed { return nil }
            Thread.sleep(seconds: look)
        }
    }
}

extension ShellCommand.Ending {
    /// - Parameter status: as waitpid(2) has it.
    fileprivate init(_ status: CInt) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(bySignal: signal)
    }
}

// MARK: - Starting

extension ShellCommand {
    private static func spawn(_ words: [String], input: CInt?) throws(SystemError) -> pid_t {
        var attributes = posix_spawnattr_t()
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawnattr_init(&attributes)
        unsafe posix_spawn_file_actions_init(&actions)
        defer {
            unsafe posix_spawnattr_destroy(&attributes)
            unsafe posix_spawn_file_actions_destroy(&actions)
        }
        setSignals(&attributes)
        if let input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        // All of ours are closed by it anyway; what a library has opened may not be.
        unsafe shim_close_from(&actions, STDERR_FILENO + 1)
        let (arguments, environment) = unsafe (strings(words), strings(cleanEnvironment))
        defer { unsafe (arguments + environment).forEach { unsafe free($0) } }
        var process: pid_t = 0
        let result = unsafe posix_spawn(&process, words[0], &actions, &attributes, arguments, environment)
        guard result == 0 else { throw SystemError("start a command", errno: Errno(rawValue: result)) }
        return process
    }

    /// This process ignores some signals and holds back others, which a program that is started would inherit.
    private static func setSignals(_ attributes: inout posix_spawnattr_t) {
        var (none, all) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | sessionFlag
        unsafe posix_spawnattr_setflags(&attributes, flags)
    }

    /// POSIX_SPAWN_SETSID, which Swift's module map doesn't show.
    private static let sessionFlag: Int16 = 0x80

    private static var cleanEnvironment: [String] {
        let home = environmentVariable("HOME").map { ["HOME=\($0)"] } ?? []
        return ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] + home
    }

    private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        unsafe texts.map { unsafe strdup($0) } + [nil]
    }
}
