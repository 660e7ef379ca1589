internal import Glibc

/// Standard input, output and error.
package enum StandardStreams {
    /// Opens those that the program was started without on /dev/null: else the next file that it opens, a recording say,
    /// would get the number 2, and every line of the log would be written into it. Call before any file is opened.
    package static func ensureOpen() {
        while true {
            let descriptor = unsafe open("/dev/null", O_RDWR)
            if descriptor < 0 { return }
            if descriptor > STDERR_FILENO {
                _ = close(descriptor)
                return
            }
        }
    }
}
