internal import Glibc

/// How a program ends: the codes of sysexits(3).
package enum ExitCode: CInt, Sendable {
    case success = 0
    /// The command line is wrong.
    case usage = 64
    /// What the user gave is wrong in itself, such as a name or a file's content.
    case dataError = 65
    /// A file that the user named isn't there or can't be read.
    case noInput = 66
    /// There is no user of the name that was given.
    case noUser = 67
    /// Something that this program should never meet: a defect.
    case software = 70
    /// The operating system refused.
    case operatingSystem = 71
    /// A file can't be made.
    case cantCreate = 73
    case inputOutput = 74
    /// Not now: try again later.
    case temporaryFailure = 75
    /// The other side can't be trusted, or doesn't speak our protocol.
    case protocolError = 76
    case noPermission = 77
    case configuration = 78

    /// Ends the process at once, from any thread, whatever the others are in the middle of.
    ///
    /// By _exit(2): exit(3) would run the clean-up of libraries under the feet of other threads. OpenSSL's takes locks away that
    /// a thread which has used it takes when it ends.
    package func exit() -> Never {
        _exit(rawValue)
    }
}

/// Writes one line to standard error.
package func printError(_ line: String) {
    writeAll(line + "\n", to: STDERR_FILENO)
}

/// Writes one line to standard output.
package func printOutput(_ line: String) {
    writeAll(line + "\n", to: STDOUT_FILENO)
}

/// Writes text as it is to standard error: for prompts and progress bars.
package func writeError(_ text: String) {
    writeAll(text, to: STDERR_FILENO)
}

/// One write(2) for the whole text where the system allows, so that lines of threads don't mix. Failure has no one to be told.
private func writeAll(_ text: String, to descriptor: CInt) {
    let bytes = Array(text.utf8)
    unsafe bytes.withUnsafeBytes { buffer in
        var written = 0
        while written < buffer.count {
            guard let start = buffer.baseAddress else { return }
            let count = unsafe write(descriptor, start + written, buffer.count - written)
            if count <= 0 { if count == -1, Errno.current == .interrupted { continue } else { return } }
            written += count
        }
    }
}
