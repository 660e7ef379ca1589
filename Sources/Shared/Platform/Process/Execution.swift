internal import Glibc

/// Has this process go on as another program, which gets its input, output and environment, and signals as they are by default. The
/// corresponding C function is `execv`.
///
/// - Parameter arguments: what it is given, without its own name.
/// - Throws: when it can't be run.
package func execute(_ path: String, _ arguments: [String]) throws(SystemError) -> Never {
    var all = sigset_t()
    unsafe sigfillset(&all)
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &all, nil)
    for number in [SIGPIPE, SIGIO, SIGXFSZ] { signal(number, SIG_DFL) }
    // What is allocated here goes with this program.
    var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
    _ = unsafe execv(path, &words)
    throw SystemError("run", escaped(path), errno: .current)
}
