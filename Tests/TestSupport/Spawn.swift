internal import Foundation

/// A process that posix_spawn(3) started: with nothing inherited but its three streams, no signal blocked (the threads of
/// tests block them) and none ignored. Foundation's Process gives none of that.
struct Spawned {
    let processID: pid_t
    /// The ends of pipes to its streams; no input when it has a terminal.
    let input: FileHandle?
    let output: FileHandle
    let error: FileHandle

    /// - Parameter environment: all of it.
    init(
        _ path: String, _ arguments: [String], environment: [String: String], folder: String?, terminal: FileHandle?
    ) throws {
        // A pipe can't be made closed on exec in one step here: another child would inherit an end and keep it open.
        Births.lock.lockAlone()
        defer { Births.lock.unlock() }
        let (input, output, error) = (try ClosingPipe(), try ClosingPipe(), try ClosingPipe())
        let streams = [terminal ?? input.reading, output.writing, error.writing].map(\.fileDescriptor)
        // The C library's call for another working folder isn't in Glibc's module; env(1) becomes the program.
        let words = folder.map { ["/usr/bin/env", "--chdir=\($0)", path] } ?? [path]
        processID = try spawn(words + arguments, environment: environment, streams: streams)
        for end in [input.reading, output.writing, error.writing] { try end.close() }
        self.input = terminal == nil ? input.writing : nil
        (self.output, self.error) = (output.reading, error.reading)
    }
}

/// Children of this process come into being with copies of all its descriptors.
package enum Births {
    fileprivate static let lock = SharedLock()

    /// Has no child begin while `body` has a file open: else it would seem to be open elsewhere. Many may do so at a time,
    /// and one within the other.
    package static func preventing<R>(_ body: () throws -> R) rethrows -> R {
        lock.lock()
        defer { lock.unlock() }
        return try body()
    }
}

/// A lock that many hold together, or one alone. Who waits to have it alone doesn't keep out those who share it: they may
/// hold it already. See pthread_rwlock_rdlock(3).
@safe
private final class SharedLock: @unchecked Sendable {
    private let handle = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1)

    init() { unsafe pthread_rwlock_init(handle, nil) }

    deinit {
        unsafe pthread_rwlock_destroy(handle)
        unsafe handle.deallocate()
    }

    func lock() { unsafe pthread_rwlock_rdlock(handle) }
    func lockAlone() { unsafe pthread_rwlock_wrlock(handle) }
    func unlock() { unsafe pthread_rwlock_unlock(handle) }
}

struct CouldNotStart: Error {
    let path: String
    let reason: String

    init(_ path: String, errno: Int32) {
        self.path = path
        reason = unsafe String(cString: strerror(errno))
    }
}

/// Waits for a process to end; its number stays its own until it is reaped.
func waitUntilEnded(_ process: pid_t) {
    var information = unsafe siginfo_t()
    while unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
}

/// - Returns: the exit status of a process that has ended, or 128 plus the number of the signal that ended it.
func reap(_ process: pid_t) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) == -1, errno == EINTR {}
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
}

/// A pipe whose ends are closed on exec, and when they are let go.
private struct ClosingPipe {
    let reading: FileHandle
    let writing: FileHandle

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw CouldNotStart("a pipe", errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        writing = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    }
}

private func spawn(_ words: [String], environment: [String: String], streams: [Int32]) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (target, stream) in streams.enumerated() {
        unsafe posix_spawn_file_actions_adddup2(&actions, stream, Int32(target))
    }
    unsafe closeAll(&actions)
    var attributes = cleanAttributes()
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var process = pid_t()
    let result = unsafe withCStrings(words) { arguments in
        unsafe withCStrings(environment.map { "\($0)=\($1)" }) { environment in
            unsafe posix_spawn(&process, words[0], &actions, &attributes, arguments, environment)
        }
    }
    guard result == 0 else { throw CouldNotStart(words[0], errno: result) }
    return process
}

/// Another test's file, open for writing in this process, must not stay open in a child: Foundation opens files without asking
/// that they be closed on exec, and the kernel lets the parent go on before it has closed those.
private func closeAll(_ actions: inout posix_spawn_file_actions_t) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
        if let descriptor = Int32(name), descriptor > 2 {
            unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }
    }
}

private func cleanAttributes() -> posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    var (none, all) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    return attributes
}

private func withCStrings<R>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
    let copies = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe body(copies)
}
