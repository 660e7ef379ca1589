import Accounts
import CommandLine
import Platform

/// Where a new password comes from when it isn't on the command line.
enum PasswordPrompt {
    /// Asks twice at a terminal, or takes one line of standard input.
    ///
    /// - Throws: `ProgramError` (65) when there is none, the two differ, or it can't be a password.
    static func read(for name: UserName) throws(ProgramError) -> SecretBytes {
        guard Terminal.inputIsTerminal else { return try checked(withoutMark(Terminal.readSecretLine())) }
        let password = try checked(Terminal.readSecret(prompt: "Password for \(name): "))
        guard let again = Terminal.readSecret(prompt: "The same again: "), again.isEqual(to: password) else {
            throw ProgramError("the two passwords differ; nothing was changed", exitCode: .dataError)
        }
        return password
    }

    /// A line of a file may begin with a byte-order mark, which the client's password file is read without, too.
    private static func withoutMark(_ line: consuming SecretBytes?) throws(ProgramError) -> SecretBytes? {
        guard let line else { return nil }
        var bytes = line.withBytes { span in
            let line = Span<UInt8>(_bytes: span)
            return line.indices.map { line[$0] }
        }
        defer { overwrite(&bytes) }
        if ByteOrderMark.isUTF16(bytes) {
            throw ProgramError("standard input \(ByteOrderMark.complaintAboutUTF16)", exitCode: .dataError)
        }
        return SecretBytes(bytes.dropFirst(ByteOrderMark.length(in: bytes)))
    }

    static func checked(_ password: consuming SecretBytes?) throws(ProgramError) -> SecretBytes {
        guard let password, !password.isEmpty else {
            throw ProgramError(
                "the password must not be empty: it is asked for at a terminal, or else the first line of standard input",
                exitCode: .dataError)
        }
        guard PasswordRules.lengths.contains(password.count) else {
            throw ProgramError(
                "the password must not be longer than \(PasswordRules.lengths.upperBound) bytes", exitCode: .dataError)
        }
        return password
    }
}
