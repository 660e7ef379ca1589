import Accounts
import CommandLine
import Platform

/// Where a new password comes from when it isn't on the command line.
enum PasswordPrompt {
    /// Asks twice at a terminal, or takes one line of standard input.
    ///
    /// - Throws: `ProgramError` (65) when there is none, the two differ, or it can't be a password.
    static func read(for name: UserName) throws(ProgramError) -> SecretBytes {
        guard Terminal.inputIsTerminal else { return try checked(Terminal.readSecretLine()) }
        let password = try checked(Terminal.readSecret(prompt: "Password for \(name): "))
        guard let again = Terminal.readSecret(prompt: "The same again: "), again.isEqual(to: password) else {
            throw ProgramError("the two passwords differ; nothing was changed", exitCode: .dataError)
        }
        return password
    }

    static func checked(_ password: consuming SecretBytes?) throws(ProgramError) -> SecretBytes {
        guard let password, !password.isEmpty else {
            throw ProgramError("the password must not be empty", exitCode: .dataError)
        }
        guard PasswordRules.lengths.contains(password.count) else {
            throw ProgramError(
                "the password must not be longer than \(PasswordRules.lengths.upperBound) bytes", exitCode: .dataError)
        }
        return password
    }
}
