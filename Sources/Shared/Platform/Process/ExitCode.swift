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
    ///
    /// What was to be told is written first, as far as somebody reads it within a second; else how much of it is missing.
    package func exit() -> Never {
        LineWriter.standardError.end(within: readerSeconds)
        _exit(rawValue)
    }
}

/// Seconds that a program waits for a reader of standard error.
private let readerSeconds = 1.0

/// Writes one line to standard error, and waits until it is there, but not long: for what ends a program, and for commands.
package func printError(_ line: String) {
    let shown = LogFormat.isJSON ? Log.freeLine(.error, line) : LogStyle.current.priority(.error) + line
    LineWriter.standardError.write([shown])
    LineWriter.standardError.flush(until: .after(seconds: readerSeconds))
}

/// Writes text as it is to standard error, and waits until it is there, but not long: for prompts.
func promptError(_ text: String) {
    LineWriter.standardError.show(text)
    LineWriter.standardError.flush(until: .after(seconds: readerSeconds))
}

/// Writes one line to standard output, and waits for its reader: what a command was asked for.
package func printOutput(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    // Failure has no one to be told.
    unsafe bytes.withUnsafeBytes { buffer in
        var written = 0
        while written < buffer.count {
            guard let start = buffer.baseAddress else { return }
            let count = unsafe write(STDOUT_FILENO, start + written, buffer.count - written)
            if count <= 0 { if count == -1, Errno.current == .interrupted { continue } else { return } }
            written += count
        }
    }
}
