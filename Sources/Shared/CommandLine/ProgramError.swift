package import Platform

/// Why a program ends: one line for the person who runs it, and the code of sysexits(3) for the one who scripts it.
package struct ProgramError: Error, Hashable, Sendable {
    package let message: String
    package let exitCode: ExitCode

    /// - Parameter message: what failed, on what, why, and what to do; text from elsewhere in it has been escaped.
    package init(_ message: String, exitCode: ExitCode) {
        self.message = message
        self.exitCode = exitCode
    }

    /// A failed call of the operating system.
    package init(_ error: SystemError, exitCode: ExitCode = .operatingSystem) {
        self.init(error.description, exitCode: exitCode)
    }

    /// A command line that can't be understood.
    package static func usage(_ message: String) -> ProgramError {
        // Behind a question stands no semicolon.
        ProgramError(message + (message.hasSuffix("?") ? " " : "; ") + "try --help", exitCode: .usage)
    }
}

/// The frame of a program's `main`.
package enum Program {
    /// Runs `body`, and ends the process: with what it returns, or with one line on standard error and the error's code.
    package static func run(_ name: String, _ body: () throws(ProgramError) -> ExitCode) -> Never {
        StandardStreams.ensureOpen()
        do throws(ProgramError) {
            try body().exit()
        } catch {
            printError("\(name): \(error.message)")
            error.exitCode.exit()
        }
    }
}
