internal import CSystemShims
internal import Glibc

/// A person at a terminal.
package enum Terminal {
    package static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
    package static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    package static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// The width of the terminal at standard error, in columns.
    package static var columns: Int {
        let columns = Int(shim_terminal_columns(STDERR_FILENO))
        return columns > 0 ? columns : 80
    }

    /// Asks for a secret at the terminal without showing what is typed.
    ///
    /// A signal that would end the process is held back until the terminal shows again what is typed.
    ///
    /// - Returns: nil at end of input, and when such a signal came.
    package static func readSecret(prompt: String) -> SecretBytes? {
        var saved = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &saved) == 0 else { return readSecretLine() }
        return Signals.holdingBackEnds {
            var silent = saved
            silent.c_lflag &= ~tcflag_t(ECHO)
            // Before the prompt, since it throws away what was typed so far.
            unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
            defer { unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved) }
            promptError(prompt)
            defer { promptError("\n") }
            return waitForInput() ? readSecretLine() : nil
        }
    }

    /// - Returns: false when a signal that is held back came first.
    private static func waitForInput() -> Bool {
        while !Signals.isEndHeldBack {
            var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&input, 1, 100) > 0 { return true }
        }
        return false
    }

    /// Reads one line of standard input, without its end of line, up to 4 KiB.
    ///
    /// - Returns: nil at end of input.
    package static func readSecretLine() -> SecretBytes? {
        var line: [UInt8] = []
        line.reserveCapacity(4096)
        defer { overwrite(&line) }
        var byte: UInt8 = 0
        var readAny = false
        while line.count < 4096, unsafe read(STDIN_FILENO, &byte, 1) == 1 {
            readAny = true
            if byte == UInt8(ascii: "\n") { break }
            line.append(byte)
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return readAny ? SecretBytes(line) : nil
    }
}
